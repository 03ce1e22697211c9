import type { ConfigCode } from '../config-codes.ts';
import { type ConfigNode, nodeAt } from '../config-node.ts';
import type { DerivedConfig } from '../derive-defaults.ts';
import type { Severity } from '../finding.ts';
import { type KeyPath, printPath } from '../key-path.ts';
import type { PathFinding } from '../path-finding.ts';
import type { ConfigDocument, StepDocument } from '../schema/config-schema.ts';

/** What a rule across keys sees, and where it puts what it finds. */
export interface RuleContext {
  /** As written, `extends` and includes merged in. */
  readonly root: ConfigNode;
  /** As written, with the defaults of each key. */
  readonly document: ConfigDocument;
  /** With the defaults that depend on other keys. */
  readonly config: DerivedConfig;
  /** Paths with a finding already: what was cut out there is nobody else's fault. */
  readonly pruned: ReadonlySet<string>;
  readonly findings: PathFinding[];
}

export type Rule = (context: RuleContext) => void;

/** Code, path, what happened, what to write. */
export interface Telling {
  readonly code: ConfigCode;
  readonly path: KeyPath;
  /** Default: the value is at fault, not the key. */
  readonly of?: 'key' | 'value';
  readonly happened: string;
  readonly remedy: string;
}

const tell =
  (severity: Severity) =>
  (context: RuleContext, { code, path, of = 'value', happened, remedy }: Telling): void => {
    context.findings.push({ severity, code, path, of, happened, remedy });
  };

export const error = tell('error');
export const warning = tell('warning');
export const note = tell('note');

export const isWritten = (context: RuleContext, path: KeyPath): boolean => nodeAt(context.root, path) !== undefined;

/** Whether something at or below this path was wrong in itself: then rules about it would only repeat that. */
export function isCut(context: RuleContext, path: KeyPath): boolean {
  const text = printPath(path);
  return [...context.pruned].some((cut) => cut === text || cut.startsWith(`${text}.`) || cut.startsWith(`${text}[`));
}

/** Names of a section as written, those with mistakes included: a name that exists is not unknown. */
export function namesOf(context: RuleContext, ...path: KeyPath): ReadonlySet<string> {
  const node = nodeAt(context.root, path);
  return new Set(node?.kind === 'map' ? node.entries.keys() : []);
}

/** A list of steps as written, and the lines that go by it. */
export interface StepList {
  readonly path: KeyPath;
  readonly steps: readonly StepDocument[];
  readonly lines: readonly string[];
}

/** The lists of steps that are written: the file's, and those of lines with their own. */
export function stepLists({ document }: RuleContext): readonly StepList[] {
  const lines = Object.entries(document.lines);
  const own = lines.flatMap(([name, line]) =>
    line.steps === undefined ? [] : [{ path: ['lines', name, 'steps'], steps: line.steps, lines: [name] }],
  );
  const rest = lines.filter(([, line]) => line.steps === undefined).map(([name]) => name);
  return document.steps === undefined ? own : [{ path: ['steps'], steps: document.steps, lines: rest }, ...own];
}

/** Every step that runs commands: packages and steps of the file, with their paths. */
export function commandSteps(context: RuleContext): readonly { path: KeyPath; name: string; step: CommandStep }[] {
  const packages = Object.entries(context.document.packages).map(([name, step]) => ({
    path: ['packages', name],
    name,
    step,
  }));
  const steps = stepLists(context).flatMap(({ path, steps: list }) =>
    list.flatMap((step, index) =>
      step.uses === undefined ? [{ path: [...path, index], name: step.id ?? `step ${index + 1}`, step }] : [],
    ),
  );
  return [...packages, ...steps];
}

type RunStep = Extract<StepDocument, { uses?: undefined }>;
/** What packages and own steps have in common. */
export type CommandStep = Pick<
  RunStep,
  | 'run'
  | 'containers'
  | 'inputs'
  | 'outputs'
  | 'agent'
  | 'image'
  | 'dir'
  | 'env'
  | 'volumes'
  | 'timeout'
  | 'retry'
  | 'idempotent'
>;

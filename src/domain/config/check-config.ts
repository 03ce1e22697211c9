import type { Sha256 } from '../../kernel/ids.ts';
import type { JsonValue } from '../../kernel/json.ts';
import { checkShape } from './check-shape.ts';
import type { ConfigCode } from './config-codes.ts';
import { configDigest } from './config-digest.ts';
import { type ConfigNode, nodeAt } from './config-node.ts';
import { deriveDefaults } from './derive-defaults.ts';
import { type ExplainedValue, explain } from './explain.ts';
import { type Finding, hasErrors, printPlace, sortFindings } from './finding.ts';
import { type KeyPath, printPath } from './key-path.ts';
import { mergeExtends } from './merge-extends.ts';
import { findNotYet } from './not-yet.ts';
import { locate, type PathFinding } from './path-finding.ts';
import { resolveConfig } from './resolve-config.ts';
import type { NotYet, ResolvedConfig } from './resolved-config.ts';
import { checkRules } from './rules/all-rules.ts';
import type { ConfigDocument } from './schema/config-schema.ts';

export interface CheckedConfig {
  readonly config: ResolvedConfig | undefined;
  readonly digest: Sha256 | undefined;
  readonly findings: readonly Finding[];
  explain(path: string): readonly ExplainedValue[];
  /** The file with `extends` merged in, and its values with the defaults of each key: for comparing branches. */
  readonly root: ConfigNode;
  readonly document: ConfigDocument | undefined;
}

/** What is known about the values of a file besides themselves. */
export interface CheckInput {
  /** The folder of the config, absolute. */
  readonly baseDir: string;
  readonly overrides: Readonly<Record<string, JsonValue>>;
  /** What was found while the files were read. */
  readonly findings: readonly Finding[];
  /** False when an included file could not be read: then what is not there may be in it. */
  readonly isComplete: boolean;
}

/** What a file that could not be read might have brought. */
const MAYBE_INCLUDED = new Set<ConfigCode>(['SLIP_CONFIG_UNKNOWN_NAME', 'SLIP_CONFIG_MISSING', 'SLIP_CONFIG_SIGN']);

/** From the values of a file to a config, with everything that is wrong with it. */
export function checkConfig(written: ConfigNode, from: CheckInput): CheckedConfig {
  if (written.kind !== 'map')
    return {
      config: undefined,
      digest: undefined,
      explain: () => [],
      root: written,
      document: undefined,
      findings: sortFindings([...from.findings, noMap(written)]),
    };
  const { root, findings: circles, broken } = mergeExtends(written);
  const shape = checkShape(root);
  const derived = deriveDefaults(shape.document);
  const keys = findNotYet(root, derived);
  const rules = checkRules({ root, document: shape.document, config: derived, pruned: shape.pruned });
  const byPath: PathFinding[] = [...circles, ...shape.findings, ...rules].filter(({ code, path }) => {
    // What a broken "extends" would have brought is not missing.
    if (code === 'SLIP_CONFIG_MISSING' && broken.has(printPath(path))) return false;
    return from.isComplete || path[0] === 'include' || !MAYBE_INCLUDED.has(code);
  });
  const findings = sortFindings([...from.findings, ...unique(root, byPath), ...keys.notYet.map(notYetFinding)]);
  const config = hasErrors(findings) ? undefined : resolveConfig(derived, from.baseDir, keys, from.overrides);
  return {
    config,
    digest: config && configDigest(config),
    findings,
    explain: (path) => explain(root, derived, path),
    root,
    document: shape.document,
  };
}

/** Each finding once. An inherited mistake shows up in each heir: it is told where it is written, and not again. */
function unique(root: ConfigNode, findings: readonly PathFinding[]): readonly Finding[] {
  const own = findings.filter(({ path }) => !isInherited(root, path)).map((finding) => locate(root, finding));
  const heirs = findings.filter(({ path }) => isInherited(root, path)).map((finding) => locate(root, finding));
  const fault = (finding: Finding) => `${printPlace(finding)} ${finding.code}`;
  const told = new Set(own.map(fault));
  const first = new Map<string, Finding>();
  for (const finding of own) first.set(`${fault(finding)} ${finding.happened}`, finding);
  for (const finding of heirs)
    if (!told.has(fault(finding)) && !first.has(fault(finding))) first.set(fault(finding), finding);
  return [...first.values()];
}

const isInherited = (root: ConfigNode, path: KeyPath): boolean =>
  path.some((_, index) => nodeAt(root, path.slice(0, index + 1))?.via !== undefined);

const noMap = (root: ConfigNode): Finding => ({
  ...root.place,
  severity: 'error',
  code: 'SLIP_CONFIG_TYPE',
  happened: `The file is a ${root.kind === 'list' ? 'list' : 'single value'}, not a map.`,
  remedy: 'Write keys and values, the first being "version: 1".',
});

const notYetFinding = ({ path, file, line, column, needs }: NotYet): Finding => ({
  file,
  line,
  column,
  severity: 'note',
  code: 'SLIP_CONFIG_NOT_YET',
  happened: `${path} is legal, but this slipway cannot act on it yet (${needs}).`,
  remedy: '"slipway plan" refuses the lines that use it; take it out to release now.',
});

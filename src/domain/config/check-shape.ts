import type { z } from 'zod';
import type { JsonValue } from '../../kernel/json.ts';
import { type ConfigNode, toPlain } from './config-node.ts';
import type { KeyPath } from './key-path.ts';
import { printPath } from './key-path.ts';
import { withoutPrototypes } from './map-values.ts';
import type { PathFinding } from './path-finding.ts';
import { type ConfigDocument, configSchema } from './schema/config-schema.ts';
import { shapeFindings } from './shape-findings.ts';

export interface ShapeResult {
  readonly findings: readonly PathFinding[];
  /**
   * The file with defaults. What was wrong has been cut out, so that rules across keys can be told at the same time;
   * it must not be used for anything else when there are errors.
   */
  readonly document: ConfigDocument;
  /** Paths that were cut out: what refers to them is not at fault. */
  readonly pruned: ReadonlySet<string>;
}

type Plain = Record<string, JsonValue>;

/** What stands in for a root key that is missing or unusable, for the sake of the other rules. */
const STAND_INS: Readonly<Record<string, JsonValue>> = {
  version: 1,
  project: 'project',
  lines: {},
  packages: {},
  origin: { url: '.' },
  repositories: {},
  channels: {},
};

/** Checks the shape of the file: unknown keys, wrong kinds, missing keys, values that cannot be. */
export function checkShape(root: ConfigNode): ShapeResult {
  const plain = toPlain(root) as Plain;
  const findings: PathFinding[] = [];
  const pruned = new Set<string>();
  for (;;) {
    const parsed = configSchema.safeParse(plain);
    if (parsed.success) return { findings, document: withoutPrototypes(parsed.data), pruned };
    const issues = parsed.error.issues;
    // Later rounds only see what the cutting itself has caused.
    if (pruned.size === 0) findings.push(...shapeFindings(root, issues));
    for (const path of issues.flatMap(faultyPaths)) prune(plain, path, pruned);
  }
}

function faultyPaths(issue: z.core.$ZodIssue): readonly KeyPath[] {
  const path = issue.path as KeyPath;
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
}

function prune(plain: Plain, path: KeyPath, pruned: Set<string>): void {
  const last = path.at(-1);
  if (last === undefined) return;
  pruned.add(printPath(path));
  if (path.length === 1) {
    if (Object.hasOwn(STAND_INS, last)) plain[last] = STAND_INS[last] ?? null;
    else delete plain[last];
    return;
  }
  const above = path.slice(0, -1);
  const parent = above.reduce<JsonValue | undefined>(member, plain);
  if (parent === undefined) return; // what held it has been cut out already
  // A missing key cannot be cut out, nor an item without moving those behind it: what holds them goes.
  if (Array.isArray(parent) || member(parent, last) === undefined) prune(plain, above, pruned);
  else delete (parent as Plain)[last];
}

function member(value: JsonValue | undefined, part: string | number): JsonValue | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Plain)[part];
}

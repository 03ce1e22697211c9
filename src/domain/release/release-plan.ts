import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Sha256 } from '../../kernel/ids.ts';
import { canonicalJson, type JsonObject } from '../../kernel/json.ts';

const plannedPackage = z.object({
  package: z.string(),
  /** null until it has been built. */
  file: z.string().nullable(),
  sizeBytes: z.int().nonnegative().nullable(),
  sha256: z.string().nullable(),
  /** Name of the signing entry that signs the package itself. */
  signer: z.string().nullable(),
});

const repositoryChange = z.object({
  repository: z.string(),
  added: z.array(z.string()),
  removed: z.array(z.string()),
  changed: z.array(z.string()),
});

const plannedTarget = z.object({
  /** `stable/tree`: one pointer that moves. */
  target: z.string(),
  change: z.array(repositoryChange),
  undo: z.enum(['pointer', 'yank', 'none']),
});

const plannedGate = z.object({
  name: z.string(),
  approvers: z.array(z.string()),
  min: z.int().positive(),
  selfApproval: z.boolean(),
  expiresMs: z.int().positive(),
});

/**
 * What a person approves. Times, generation numbers, parents, signatures and people are not in it, so an approval
 * survives somebody else's promotion into the same channel and lapses when one byte of ours differs.
 */
export const releasePlan = z.object({
  project: z.string(),
  line: z.string(),
  channel: z.string(),
  release: z.string(),
  revision: z.int().positive(),
  /** Grows with each `plan` and `stage`. */
  number: z.int().positive(),
  version: z.string(),
  configDigest: z.string(),
  packages: z.array(plannedPackage),
  targets: z.array(plannedTarget),
  order: z.array(z.string()),
  /** The first target whose flip cannot be taken back; null when everything can be undone. */
  pivot: z.string().nullable(),
  gates: z.array(plannedGate),
  checklistDigest: z.string().nullable(),
});

export type ReleasePlan = z.infer<typeof releasePlan>;

/** sha256 over the plan's canonical JSON: what an approval names. */
export function planDigest(plan: ReleasePlan): Sha256 {
  return createHash('sha256').update(canonicalJson(plan)).digest('hex') as Sha256;
}

export interface PlanDifference {
  /** `packages.deb.sha256`, `targets.stable/tree.change`. */
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** What differs between two plans, one row a value, for `slipway diff`. */
export const comparePlans = (before: ReleasePlan, after: ReleasePlan): readonly PlanDifference[] =>
  compareJson(before, after);

/** What differs between two plain values, one row a value. */
export function compareJson(before: JsonObject, after: JsonObject): readonly PlanDifference[] {
  const [older, newer] = [flatten(before), flatten(after)];
  const paths = [...new Set([...older.keys(), ...newer.keys()])].sort((a, b) => (a < b ? -1 : 1));
  return paths
    .map((path) => ({ path, before: older.get(path) ?? '-', after: newer.get(path) ?? '-' }))
    .filter((row) => row.before !== row.after);
}

/** Lists of named things (packages, targets, gates) are addressed by name, other lists as one value. */
function flatten(value: JsonObject, prefix = ''): Map<string, string> {
  const rows = new Map<string, string>();
  for (const [key, member] of Object.entries(value)) {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    const named = Array.isArray(member) ? byName(member) : member;
    if (named !== null && typeof named === 'object' && !Array.isArray(named)) {
      for (const [inner, text] of flatten(named as JsonObject, path)) rows.set(inner, text);
    } else rows.set(path, typeof member === 'string' ? member : canonicalJson(member));
  }
  return rows;
}

function byName(items: readonly unknown[]): JsonObject | readonly unknown[] {
  const rows = items as readonly JsonObject[];
  const names = rows.map((row) => row?.['package'] ?? row?.['target'] ?? row?.['repository'] ?? row?.['name']);
  const named: Record<string, JsonObject> = {};
  for (const [at, row] of rows.entries()) {
    const name = names[at];
    if (typeof name !== 'string') return items;
    // A package of several files has a row for each: then its file tells them apart.
    const isAlone = names.indexOf(name) === names.lastIndexOf(name);
    const path = isAlone ? name : `${name}.${String(row['file'])}`;
    if (Object.hasOwn(named, path)) return items;
    named[path] = row;
  }
  return items.length === 0 ? items : named;
}

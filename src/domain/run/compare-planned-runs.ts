import { canonicalJson, type JsonValue } from '../../kernel/json.ts';
import type { PlannedRun } from './run-plan.ts';

/**
 * What differs between two plans of a run, one line each, for people: `deb is new`, `msi is gone`,
 * `deb: options.summary, timeoutMs`, `vars: jdk`. Empty when they are the same.
 */
export function comparePlannedRuns(before: PlannedRun, after: PlannedRun): readonly string[] {
  const lines: string[] = [];
  const older = new Map(before.steps.map((step) => [step.id, step]));
  const newer = new Map(after.steps.map((step) => [step.id, step]));
  for (const [id, step] of newer) {
    const old = older.get(id);
    if (old === undefined) lines.push(`${id} is new`);
    else {
      const paths = changedPaths(old as unknown as JsonValue, step as unknown as JsonValue);
      if (paths.length > 0) lines.push(`${id}: ${paths.join(', ')}`);
    }
  }
  for (const id of older.keys()) if (!newer.has(id)) lines.push(`${id} is gone`);
  const { steps: _, ...restBefore } = before;
  const { steps: __, ...restAfter } = after;
  return [...lines, ...changedPaths(restBefore as unknown as JsonValue, restAfter as unknown as JsonValue)];
}

/** Paths of the values that differ; a list counts as one value. */
function changedPaths(before: JsonValue | undefined, after: JsonValue | undefined, path = ''): readonly string[] {
  if (canonicalJson(before) === canonicalJson(after)) return [];
  if (!isMap(before) || !isMap(after)) return [path];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort((a, b) => (a < b ? -1 : 1));
  return keys.flatMap((key) => changedPaths(before[key], after[key], path === '' ? key : `${path}.${key}`));
}

const isMap = (value: JsonValue | undefined): value is { readonly [key: string]: JsonValue | undefined } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

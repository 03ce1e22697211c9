import type { JsonValue } from '../../kernel/json.ts';
import { type ConfigNode, placeOf } from './config-node.ts';
import type { Finding } from './finding.ts';
import { isBelow, type KeyPath, parsePath, printPath } from './key-path.ts';
import type { ConfigDocument } from './schema/config-schema.ts';

/** A checked file and where it was read: `master`, or the files of this folder. */
export interface BranchConfig {
  readonly branch: string;
  readonly root: ConfigNode;
  readonly document: ConfigDocument;
}

/** Lines differ on purpose; what a file includes shows in what it then says. */
const FREE: readonly KeyPath[] = [['lines'], ['include'], ['drift']];

/** Each key path whose value differs between two branches, at its place in the first. */
export function configDifferences(first: BranchConfig, second: BranchConfig): readonly Finding[] {
  const free = [...FREE, ...first.document.drift.allow.map((text) => parsePath(text) ?? [text])];
  const [ours, theirs] = [leaves(first.document), leaves(second.document)];
  const findings = new Map<string, Finding>();
  for (const [key, path] of new Map([...ours.paths, ...theirs.paths])) {
    const [a, b] = [ours.values.get(key), theirs.values.get(key)];
    if (a === b || free.some((above) => isBelow(path, above))) continue;
    const place = placeOf(first.root, path, 'key');
    const where = `${place.file}:${place.line}:${place.column}`;
    // An inherited value differs in each heir; it is told once, where it is written.
    if (findings.has(where) && ours.values.has(key)) continue;
    findings.set(ours.values.has(key) ? where : `${where} ${key}`, {
      ...place,
      severity: 'warning',
      code: 'SLIP_CONFIG_DRIFT',
      happened: `${key} is ${show(a)} on ${first.branch} and ${show(b)} on ${second.branch}.`,
      remedy: 'Include one file on both.',
    });
  }
  return [...findings.values()];
}

const SHOWN = 60;

const show = (text: string | undefined): string =>
  text === undefined ? 'not set' : text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text;

/** Lists count as one value: they replace each other whole. */
function leaves(document: ConfigDocument): { values: Map<string, string>; paths: Map<string, KeyPath> } {
  const values = new Map<string, string>();
  const paths = new Map<string, KeyPath>();
  const visit = (value: JsonValue | undefined, path: KeyPath): void => {
    if (value === undefined) return;
    const entries =
      typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : undefined;
    if (entries !== undefined) {
      for (const [key, child] of entries) visit(child, [...path, key]);
      return;
    }
    values.set(printPath(path), typeof value === 'string' ? value : JSON.stringify(value));
    paths.set(printPath(path), path);
  };
  visit(document, []);
  return { values, paths };
}

import type { JsonValue } from '../../kernel/json.ts';
import { type ConfigNode, nodeAt } from './config-node.ts';
import type { DerivedConfig } from './derive-defaults.ts';
import { printPlace } from './finding.ts';
import { type KeyPath, parsePath, printPath } from './key-path.ts';

/** A value and where it is from: `slipway.yaml:31:5`, `default`, `--set ...`, `extends agents.linux (slipway.yaml:25:5)`. */
export interface ExplainedValue {
  readonly path: string;
  readonly value: JsonValue;
  readonly from: string;
}

/** Each scalar (and empty map or list) at or below `text`, in the order of the file, then defaults. */
export function explain(root: ConfigNode, derived: DerivedConfig, text: string): readonly ExplainedValue[] {
  const start = text === '' ? [] : parsePath(text);
  if (start === undefined) return [];
  const found: ExplainedValue[] = [];
  const visit = (value: JsonValue | undefined, path: KeyPath): void => {
    if (value === undefined) return;
    const children = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    if (children.length === 0) found.push({ path: printPath(path), value, from: originOf(root, derived, path) });
    for (const [key, child] of children) visit(child, [...path, Array.isArray(value) ? Number(key) : key]);
  };
  let value: unknown = derived;
  for (const part of start)
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[part] : undefined;
  visit(value as JsonValue | undefined, start);
  return found;
}

function originOf(root: ConfigNode, derived: DerivedConfig, path: KeyPath): string {
  const node = nodeAt(root, path);
  if (node === undefined) {
    const elsewhere = takenFrom(derived, path);
    const origin = elsewhere && nodeAt(root, elsewhere);
    if (elsewhere === undefined || origin === undefined) return 'default';
    return `${printPath(elsewhere)} (${printPlace(origin.place)})`;
  }
  const place = printPlace(node.place);
  if (node.by === 'environment' || node.by === 'set') return node.place.file;
  return node.via === undefined ? place : `extends ${node.via} (${place})`;
}

/** Where a value that is not written is copied from: a package's timeout from its agent, a line's steps from the file's. */
function takenFrom(derived: DerivedConfig, path: KeyPath): KeyPath | undefined {
  const [section, name, key, ...rest] = path;
  if (section === 'packages' && (key === 'timeout' || key === 'retry'))
    return ['agents', derived.packages[String(name)]?.agent ?? 'local', key, ...rest];
  if (section === 'lines' && key === 'steps') return ['steps', ...rest];
  return undefined;
}

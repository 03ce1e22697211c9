import type { JsonValue } from '../../kernel/json.ts';
import type { Place } from './finding.ts';
import type { KeyPath } from './key-path.ts';

/** Who gave a value: the file it stands in, an include, a parent (`extends agents.linux`), the environment, `--set`. */
export type GivenBy = 'file' | 'include' | 'environment' | 'set';

interface NodeBase {
  readonly place: Place;
  readonly by: GivenBy;
  /** `agents.linux` when the value came by `extends`. */
  readonly via?: string;
}

export interface MapNode extends NodeBase {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, MapEntry>;
}

export interface MapEntry {
  readonly keyPlace: Place;
  readonly node: ConfigNode;
}

export interface ListNode extends NodeBase {
  readonly kind: 'list';
  readonly items: readonly ConfigNode[];
}

export interface ScalarNode extends NodeBase {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** As written, without quotes: `2.10` for the number 2.1. */
  readonly source: string;
}

/** What a config file says, with the place of each key and value: all that later steps know of YAML. */
export type ConfigNode = MapNode | ListNode | ScalarNode;

/** Plain values. Maps have no prototype, so that no key of a file can be mistaken for an inherited one. */
export function toPlain(node: ConfigNode): JsonValue {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toPlain);
  const plain = Object.create(null) as Record<string, JsonValue>;
  for (const [key, entry] of node.entries) plain[key] = toPlain(entry.node);
  return plain;
}

export function childNode(node: ConfigNode, part: string | number): ConfigNode | undefined {
  if (node.kind === 'map') return node.entries.get(String(part))?.node;
  if (node.kind === 'list') return node.items[Number(part)];
  return undefined;
}

export function nodeAt(root: ConfigNode, path: KeyPath): ConfigNode | undefined {
  let node: ConfigNode | undefined = root;
  for (const part of path) {
    if (node === undefined) return undefined;
    node = childNode(node, part);
  }
  return node;
}

/** The place of the key at `path`, or of its value; where nothing is written, that of the nearest thing above. */
export function placeOf(root: ConfigNode, path: KeyPath, of: 'key' | 'value'): Place {
  let node: ConfigNode = root;
  let place = root.place;
  for (const part of path) {
    const child = childNode(node, part);
    if (child === undefined) return place;
    place = node.kind === 'map' && of === 'key' ? (node.entries.get(String(part))?.keyPlace ?? place) : child.place;
    node = child;
  }
  return place;
}

/** A map with one entry put in, replaced, or (undefined) taken out. */
export function withEntry(map: MapNode, key: string, entry: MapEntry | undefined): MapNode {
  const entries = new Map(map.entries);
  if (entry === undefined) entries.delete(key);
  else entries.set(key, entry);
  return { ...map, entries };
}

import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import type { ConfigNode, GivenBy, MapEntry } from '../../domain/config/config-node.ts';
import type { Finding, Place } from '../../domain/config/finding.ts';
import { printPath } from '../../domain/config/key-path.ts';
import { MAX_DEPTH } from './yaml-limits.ts';

/** Values that aliases may add to a file: far more than anybody writes, far fewer than a bomb makes. */
const MAX_ALIASED = 10_000;

interface Reading {
  readonly by: GivenBy;
  readonly at: (offset: number) => Place;
  /** As far as read: an alias means the nearest anchor of its name above it. */
  readonly anchors: Map<string, Node>;
  readonly findings: Finding[];
  /** Nodes that are being read: an alias to one of them would never end. */
  readonly open: Set<Node>;
  aliased: number;
}

/** Where the reader is: the path (for messages and depth) and whether an alias led here. */
interface Spot {
  readonly path: readonly string[];
  readonly inAlias: boolean;
}

/** The document as a tree of plain values with places. Aliases are written out and keep the places of their anchor. */
export function toConfigNode(
  document: Document.Parsed,
  by: GivenBy,
  at: (offset: number) => Place,
): { root: ConfigNode | undefined; findings: readonly Finding[] } {
  const reading: Reading = { by, at, anchors: new Map(), findings: [], open: new Set(), aliased: 0 };
  const root = readNode(reading, document.contents, { path: [], inAlias: false });
  return { root, findings: reading.findings };
}

function report(reading: Reading, place: Place, code: Finding['code'], happened: string, remedy: string): void {
  reading.findings.push({ ...place, severity: 'error', code, happened, remedy });
}

/** undefined for an alias that means nothing: it is told, and what would have stood there is not missing too. */
function readNode(reading: Reading, node: Node | null, spot: Spot, keyPlace?: Place): ConfigNode | undefined {
  const place = node?.range ? reading.at(node.range[0]) : (keyPlace ?? reading.at(0));
  const empty: ConfigNode = { kind: 'scalar', value: null, source: '', place, by: reading.by };
  if (node === null) return empty;
  if (spot.inAlias && !countAliased(reading, place)) return empty;
  if (isAlias(node)) return readAlias(reading, node.source, place, spot);
  if (spot.path.length > MAX_DEPTH) {
    report(
      reading,
      place,
      'SLIP_CONFIG_TOO_DEEP',
      `Aliases nest more than ${MAX_DEPTH} deep.`,
      'Write the values out.',
    );
    return empty;
  }
  if (node.tag !== undefined) {
    const tag = node.tag.replace('tag:yaml.org,2002:', '!!');
    const what = printPath(spot.path) || 'The file';
    report(reading, place, 'SLIP_CONFIG_TAG', `${what} carries the tag ${tag}.`, 'Remove the tag; put text in quotes.');
  }
  if ('anchor' in node && node.anchor) reading.anchors.set(node.anchor, node);
  reading.open.add(node);
  const read = readContent(reading, node, place, spot);
  reading.open.delete(node);
  return read ?? empty;
}

/** False once aliases have made too much: said one time, and nothing more is written out. */
function countAliased(reading: Reading, place: Place): boolean {
  reading.aliased += 1;
  if (reading.aliased === MAX_ALIASED + 1)
    report(
      reading,
      place,
      'SLIP_CONFIG_ALIAS',
      `Aliases grow the file by more than ${MAX_ALIASED} values.`,
      'Write the values out.',
    );
  return reading.aliased <= MAX_ALIASED;
}

function readAlias(reading: Reading, name: string, place: Place, spot: Spot): ConfigNode | undefined {
  const target = reading.anchors.get(name);
  if (target === undefined) {
    report(
      reading,
      place,
      'SLIP_CONFIG_ALIAS',
      `No anchor "${name}" stands above this alias.`,
      `Write &${name} before the value that is meant.`,
    );
    return undefined;
  }
  if (reading.open.has(target)) {
    report(
      reading,
      place,
      'SLIP_CONFIG_ALIAS',
      `The alias "${name}" lies within its own anchor.`,
      'Write the values out.',
    );
    return undefined;
  }
  return readNode(reading, target, { path: spot.path, inAlias: true });
}

function readContent(reading: Reading, node: Node, place: Place, spot: Spot): ConfigNode | undefined {
  const base = { place, by: reading.by };
  if (isMap(node)) return { ...base, kind: 'map', entries: readEntries(reading, node, spot) };
  if (isSeq(node)) {
    const items = (node.items as readonly (Node | null)[])
      .map((item, index) => readNode(reading, item, { ...spot, path: [...spot.path, String(index)] }, place))
      .filter((item) => item !== undefined);
    return { ...base, kind: 'list', items };
  }
  if (!isScalar(node)) return undefined;
  const value = node.value as string | number | boolean | null;
  const source = node.source ?? '';
  // `.inf` and `.nan` have no JSON: they stay the text they were, which no number key takes.
  const isOdd = typeof value === 'number' && !Number.isFinite(value);
  return { ...base, kind: 'scalar', value: isOdd ? source : value, source };
}

function readEntries(reading: Reading, map: YAMLMap, spot: Spot): ReadonlyMap<string, MapEntry> {
  const entries = new Map<string, MapEntry>();
  for (const pair of map.items as readonly Pair<Node, Node | null>[]) {
    const keyPlace = pair.key?.range ? reading.at(pair.key.range[0]) : reading.at(map.range?.[0] ?? 0);
    const name = readKey(reading, pair.key, keyPlace);
    if (name === undefined) continue;
    const first = entries.get(name)?.keyPlace;
    const below: Spot = { ...spot, path: [...spot.path, name] };
    const node = readNode(reading, pair.value, below, keyPlace);
    if (first === undefined && node !== undefined) entries.set(name, { keyPlace, node });
    else if (first !== undefined && !spot.inAlias)
      report(
        reading,
        keyPlace,
        'SLIP_CONFIG_DUPLICATE_KEY',
        `"${name}" appears twice in ${printPath(spot.path) || 'the file'} (first at ${first.line}:${first.column}).`,
        'Keep one.',
      );
  }
  return entries;
}

/** A key as text; undefined, with a finding, for what cannot be one. */
function readKey(reading: Reading, key: Node | null, place: Place): string | undefined {
  if (key !== null && key.tag !== undefined)
    report(reading, place, 'SLIP_CONFIG_TAG', 'The key carries a tag.', 'Remove the tag.');
  if (!isScalar(key)) {
    report(reading, place, 'SLIP_CONFIG_KEY_TYPE', 'A map, list or alias cannot be a key.', 'Write the key as text.');
    return undefined;
  }
  if (key.anchor) reading.anchors.set(key.anchor, key);
  if (key.value === '<<' && key.type === 'PLAIN') {
    report(
      reading,
      place,
      'SLIP_CONFIG_MERGE_KEY',
      '"<<" is no key of YAML 1.2: nothing would be merged.',
      'Use "extends" for agents and lines, or write the keys out.',
    );
    return undefined;
  }
  if (typeof key.value === 'string' && key.value !== '__proto__') return key.value;
  const shown = key.value === null ? 'An empty key' : `The key ${key.source ?? String(key.value)}`;
  report(reading, place, 'SLIP_CONFIG_KEY_TYPE', `${shown} is not text.`, 'Put it in quotes, or write a name.');
  return undefined;
}

import { type ConfigNode, type MapEntry, type MapNode, withEntry } from './config-node.ts';
import { type Finding, printPlace } from './finding.ts';
import { type KeyPath, printPath } from './key-path.ts';
import { mergeOver } from './merge-extends.ts';

/** Keys that an included file has for itself. */
const OWN = ['version'];

/**
 * Included files lie under the including one. Two includes may not set one key; the including file may, and that is noted.
 * Maps merge, lists and scalars replace, null removes.
 */
export function mergeIncludes(
  main: MapNode,
  includes: readonly MapNode[],
): { root: MapNode; findings: readonly Finding[] } {
  const findings: Finding[] = [];
  let under: MapNode | undefined;
  for (const include of includes) {
    const body = bodyOf(include, findings);
    if (under !== undefined)
      eachShared(under, body, [], (path, first, second) => findings.push(setTwice(path, first, second)));
    under = under === undefined ? body : (mergeOver(under, body) as MapNode);
  }
  if (under === undefined) return { root: main, findings };
  eachShared(under, main, [], (path, first, second) => findings.push(shadowed(path, first, second)));
  return { root: mergeOver(under, main) as MapNode, findings };
}

function bodyOf(include: MapNode, findings: Finding[]): MapNode {
  const nested = include.entries.get('include');
  if (nested !== undefined)
    findings.push({
      ...nested.keyPlace,
      severity: 'error',
      code: 'SLIP_CONFIG_INCLUDE',
      happened: 'An included file includes others.',
      remedy: 'Name them all in the main file.',
    });
  return [...OWN, 'include'].reduce((map, key) => withEntry(map, key, undefined), include);
}

/** Calls `tell` for each key that both set; maps on both sides are looked into. */
function eachShared(
  first: MapNode,
  second: MapNode,
  path: KeyPath,
  tell: (path: KeyPath, first: MapEntry, second: MapEntry) => void,
): void {
  for (const [key, entry] of second.entries) {
    const other = first.entries.get(key);
    if (other === undefined) continue;
    const here = [...path, key];
    if (isMap(other.node) && isMap(entry.node)) eachShared(other.node, entry.node, here, tell);
    else tell(here, other, entry);
  }
}

const isMap = (node: ConfigNode): node is MapNode => node.kind === 'map';

const setTwice = (path: KeyPath, first: MapEntry, second: MapEntry): Finding => ({
  ...second.keyPlace,
  severity: 'error',
  code: 'SLIP_CONFIG_INCLUDE_TWICE',
  happened: `${printPath(path)} is set by two included files (also at ${printPlace(first.keyPlace)}).`,
  remedy: 'Set it in one of them, or in the main file alone.',
});

const shadowed = (path: KeyPath, first: MapEntry, second: MapEntry): Finding => ({
  ...second.keyPlace,
  severity: 'note',
  code: 'SLIP_CONFIG_SHADOWED',
  happened: `${printPath(path)} replaces the value of ${printPlace(first.keyPlace)}.`,
  remedy: 'Nothing to do if that is meant.',
});

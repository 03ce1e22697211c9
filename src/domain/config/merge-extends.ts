import { type ConfigNode, type MapEntry, type MapNode, withEntry } from './config-node.ts';
import { suggest } from './nearest-key.ts';
import type { PathFinding } from './path-finding.ts';

const SECTIONS = ['agents', 'lines'] as const;

/**
 * Writes out `extends`: one parent; maps merge, lists and scalars replace, null removes.
 * @returns the tree, what was wrong, and the entries (`lines.stable`) whose parent could not be merged in.
 */
export function mergeExtends(root: MapNode): {
  root: MapNode;
  findings: readonly PathFinding[];
  broken: ReadonlySet<string>;
} {
  const findings: PathFinding[] = [];
  let merged = root;
  for (const section of SECTIONS) {
    const entry = root.entries.get(section);
    if (entry?.node.kind !== 'map') continue;
    const node = mergeSection(section, entry.node, findings);
    merged = withEntry(merged, section, { ...entry, node });
  }
  const broken = new Set(findings.map(({ path }) => `${path[0]}.${path[1]}`));
  return { root: merged, findings, broken };
}

function mergeSection(section: string, map: MapNode, findings: PathFinding[]): MapNode {
  const done = new Map<string, ConfigNode>();
  const resolve = (name: string, trail: readonly string[]): ConfigNode | undefined => {
    const known = done.get(name);
    const node = map.entries.get(name)?.node;
    if (known !== undefined || node?.kind !== 'map') return known ?? node;
    const parentName = parentOf(node);
    if (parentName === undefined || (section === 'agents' && parentName === 'local' && !map.entries.has('local')))
      return node;
    const fail = (code: PathFinding['code'], happened: string, remedy: string): ConfigNode => {
      findings.push({ severity: 'error', path: [section, name, 'extends'], of: 'value', code, happened, remedy });
      done.set(name, node);
      return node;
    };
    if (trail.includes(parentName) || parentName === name)
      return fail('SLIP_CONFIG_CYCLE', circle(section, [...trail, name], parentName), 'Take one "extends" out.');
    if (!map.entries.has(parentName)) {
      const others = [...map.entries.keys()].filter((other) => other !== name);
      return fail(
        'SLIP_CONFIG_UNKNOWN_NAME',
        `${section}.${name} extends "${parentName}", which is not in ${section}.`,
        suggest(parentName, others),
      );
    }
    const parent = resolve(parentName, [...trail, name]);
    const merged =
      parent === undefined ? node : mergeOver(inherited(without(parent, 'extends'), `${section}.${parentName}`), node);
    done.set(name, merged);
    return merged;
  };
  const entries = new Map<string, MapEntry>();
  for (const [name, entry] of map.entries) entries.set(name, { ...entry, node: resolve(name, []) ?? entry.node });
  return { ...map, entries };
}

function circle(section: string, trail: readonly string[], back: string): string {
  const names = [...trail.slice(trail.indexOf(back)), back].map((name) => `${section}.${name}`);
  return `${names.join(' extends ')}: a circle.`;
}

function parentOf(node: MapNode): string | undefined {
  const parent = node.entries.get('extends')?.node;
  return parent?.kind === 'scalar' && typeof parent.value === 'string' ? parent.value : undefined;
}

const without = (node: ConfigNode, key: string): ConfigNode =>
  node.kind === 'map' ? withEntry(node, key, undefined) : node;

/** Marks a value and all below it as inherited; what was inherited before keeps its first owner. */
function inherited(node: ConfigNode, via: string): ConfigNode {
  const marked = { ...node, via: node.via ?? via };
  if (marked.kind === 'list') return { ...marked, items: marked.items.map((item) => inherited(item, via)) };
  if (marked.kind === 'scalar') return marked;
  const entries = new Map(
    [...marked.entries].map(([key, entry]) => [key, { ...entry, node: inherited(entry.node, via) }]),
  );
  return { ...marked, entries };
}

/** `over` wins; maps merge; a null of `over` removes what is under it (with nothing there it is an empty value, told later). */
export function mergeOver(under: ConfigNode, over: ConfigNode): ConfigNode {
  if (under.kind !== 'map' || over.kind !== 'map') return over;
  const entries = new Map(under.entries);
  for (const [key, entry] of over.entries) {
    const below = under.entries.get(key);
    if (entry.node.kind === 'scalar' && entry.node.value === null && below !== undefined) entries.delete(key);
    else entries.set(key, below === undefined ? entry : { ...entry, node: mergeOver(below.node, entry.node) });
  }
  return { ...over, entries };
}

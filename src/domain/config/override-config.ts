import type { JsonValue } from '../../kernel/json.ts';
import { type ConfigNode, childNode, type GivenBy, type MapNode, toPlain, withEntry } from './config-node.ts';
import { type Finding, printPlace } from './finding.ts';
import { type KeyPath, parsePath, printPath } from './key-path.ts';
import { suggest } from './nearest-key.ts';
import { configSchema } from './schema/config-schema.ts';
import { isSecretSchema } from './schema/key.ts';
import {
  accepts,
  childSchema,
  isMapSchema,
  legalKeys,
  optionFor,
  type Schema,
  unwrapsToList,
} from './schema/walk-schema.ts';

/** One value from outside: its name is what stands in messages. */
interface Override {
  readonly by: Extract<GivenBy, 'environment' | 'set'>;
  readonly name: string;
  readonly parts: readonly (string | number)[] | undefined;
  readonly value: string;
}

export interface Overridden {
  readonly root: MapNode;
  readonly findings: readonly Finding[];
  /** Key path to value, for the plan. */
  readonly overrides: Readonly<Record<string, JsonValue>>;
}

/** These change in review, not on a command line. */
const PROTECTED = new Set(['lines', 'teams', 'gates', 'windows', 'freezes', 'include', 'version']);

/**
 * Sets scalars from `SLIPWAY_A__B=value` (case ignored, `-` as `_`) and then from `--set a.b=value`. Names must exist in the
 * file and keys in the schema: an override that does nothing is an error.
 */
export function overrideConfig(
  root: MapNode,
  env: Readonly<Record<string, string | undefined>>,
  set: readonly (readonly [path: string, value: string])[],
): Overridden {
  const findings: Finding[] = [];
  const overrides: Record<string, JsonValue> = {};
  let current = root;
  for (const override of [...fromEnvironment(env), ...fromSet(set)]) {
    const done = applyOverride(current, override);
    if ('path' in done) {
      current = done.root;
      overrides[printPath(done.path)] = done.value;
    }
    findings.push(done.finding);
  }
  return { root: current, findings, overrides };
}

const fromEnvironment = (env: Readonly<Record<string, string | undefined>>): readonly Override[] =>
  Object.entries(env)
    .filter((entry): entry is [string, string] => /^SLIPWAY_.+__/.test(entry[0]) && entry[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ by: 'environment', name, value, parts: name.slice('SLIPWAY_'.length).split('__') }));

const fromSet = (set: readonly (readonly [string, string])[]): readonly Override[] =>
  set.map(([path, value]) => ({ by: 'set', name: `--set ${path}`, value, parts: parsePath(path) }));

type Applied = { finding: Finding } | { finding: Finding; root: MapNode; path: KeyPath; value: JsonValue };

function applyOverride(root: MapNode, override: Override): Applied {
  const place = { file: override.name, line: 0, column: 0 };
  const fail = (happened: string, remedy: string): Applied => ({
    finding: { ...place, severity: 'error', code: 'SLIP_CONFIG_OVERRIDE', happened, remedy },
  });
  const target = findTarget(root, override);
  if ('happened' in target) return fail(target.happened, target.remedy);
  const { path, schema, node } = target;
  if (PROTECTED.has(String(path[0])))
    return fail(`${path[0]} cannot be overridden: it changes in review.`, 'Change the file.');
  if (isMapSchema(schema) || unwrapsToList(schema) || (node !== undefined && node.kind !== 'scalar'))
    return fail(`${printPath(path)} is no single value.`, 'Override one value below it, or change the file.');
  const value = coerce(schema, override.value);
  const made: ConfigNode = { kind: 'scalar', value, source: override.value, place, by: override.by };
  const secret = isSecretSchema(schema);
  const before =
    node === undefined
      ? 'the default'
      : `${secret ? 'the reference' : JSON.stringify(toPlain(node))} of ${printPlace(node.place)}`;
  const now = secret ? 'another reference' : JSON.stringify(value);
  return {
    path,
    value,
    root: putIn(root, path, made) as MapNode,
    finding: {
      ...place,
      severity: 'note',
      code: 'SLIP_CONFIG_OVERRIDDEN',
      happened: `${printPath(path)} is ${now} instead of ${before}.`,
      remedy: 'The plan records it.',
    },
  };
}

interface Target {
  readonly path: KeyPath;
  readonly schema: Schema;
  readonly node: ConfigNode | undefined;
}

function findTarget(root: MapNode, { parts, name, by }: Override): Target | { happened: string; remedy: string } {
  if (parts === undefined || parts.length === 0)
    return { happened: `"${name}" is no key path.`, remedy: 'Write it as in agents.linux.timeout=45m.' };
  let schema: Schema = configSchema;
  let node: ConfigNode | undefined = root;
  const path: (string | number)[] = [];
  for (const part of parts) {
    const value = node && toPlain(node);
    const names: string[] = [
      ...new Set([...(node?.kind === 'map' ? node.entries.keys() : []), ...(legalKeys(schema, value) ?? [])]),
    ];
    const key: string | number | undefined =
      node?.kind === 'list' ? indexOf(node.items.length, part) : names.find((one) => matches(one, String(part), by));
    const next: Schema | undefined = key === undefined ? undefined : childSchema(schema, key, value);
    const above = path.length === 0 ? 'the file' : printPath(path);
    if (key === undefined || next === undefined)
      return {
        happened: `"${part}" is not a key of ${above}.`,
        remedy: names.length === 0 ? 'Add it to the file first.' : suggest(String(part).replaceAll('_', '-'), names),
      };
    node = node && childNode(node, key);
    schema = next;
    path.push(key);
  }
  return { path, schema: optionFor(schema, node && toPlain(node)), node };
}

const plainName = (text: string): string => text.toLowerCase().replaceAll('-', '_');

const matches = (key: string, part: string, by: Override['by']): boolean =>
  by === 'set' ? key === part : plainName(key) === plainName(part);

function indexOf(length: number, part: string | number): number | undefined {
  const index = Number(part);
  return Number.isInteger(index) && index >= 0 && index < length ? index : undefined;
}

/** Text where text is taken, else the number or truth it says. What fits neither stays text and is told as wrong. */
function coerce(schema: Schema, text: string): string | number | boolean {
  if (accepts(schema, text)) return text;
  const other =
    text === 'true' ? true : text === 'false' ? false : /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
  return other !== undefined && accepts(schema, other) ? other : text;
}

/** The tree with one value put in; maps on the way are made where there are none. */
function putIn(node: ConfigNode | undefined, path: KeyPath, value: ConfigNode): ConfigNode {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  if (node?.kind === 'list')
    return { ...node, items: node.items.map((item, index) => (index === part ? putIn(item, rest, value) : item)) };
  const map: MapNode =
    node?.kind === 'map' ? node : { kind: 'map', place: value.place, by: value.by, entries: new Map() };
  const entry = map.entries.get(String(part));
  const keyPlace = rest.length === 0 ? value.place : (entry?.keyPlace ?? value.place);
  return withEntry(map, String(part), { keyPlace, node: putIn(entry?.node, rest, value) });
}

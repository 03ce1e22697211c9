import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkConfig } from '../../domain/config/check-config.ts';
import type { ConfigNode, MapEntry } from '../../domain/config/config-node.ts';
import { hasErrors } from '../../domain/config/finding.ts';
import { parseYaml } from './parse-yaml.ts';

const folder = fileURLToPath(new URL('fixtures/two-systems', import.meta.url));
const parsed = parseYaml(await readFile(`${folder}/slipway.yaml`), 'slipway.yaml');
const root = parsed.root as ConfigNode;

const place = { file: 'mutated', line: 1, column: 1 };
const scalar = (value: string | number | boolean | null): ConfigNode => ({
  kind: 'scalar',
  value,
  source: String(value),
  place,
  by: 'file',
});
const text = fc.oneof(
  fc.constantFrom(
    '',
    'linux',
    'weekly',
    'apt',
    'file:x',
    'env:X',
    'kube:a/b',
    '30m',
    '${{ version }}',
    '${{',
    '../x',
    's3://x',
    'deb',
  ),
  fc.string({ maxLength: 12 }),
);
const value: fc.Arbitrary<ConfigNode> = fc.oneof(
  text.map(scalar),
  fc
    .oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null))
    .map(scalar),
  fc.constant<ConfigNode>({ kind: 'list', items: [], place, by: 'file' }),
  text.map((item): ConfigNode => ({ kind: 'list', items: [scalar(item)], place, by: 'file' })),
  fc.tuple(text, text).map(
    ([key, item]): ConfigNode => ({
      kind: 'map',
      entries: new Map([[key, { keyPlace: place, node: scalar(item) }]]),
      place,
      by: 'file',
    }),
  ),
);

/** The tree with the node at a random spot replaced, removed, or given a stray key. */
function mutate(node: ConfigNode, turns: readonly number[], change: Change): ConfigNode {
  const [turn, ...rest] = turns;
  if (turn === undefined || node.kind === 'scalar') return change.value;
  if (node.kind === 'list') {
    if (node.items.length === 0) return change.value;
    const at = turn % node.items.length;
    if (rest.length === 0 && change.how === 'remove')
      return { ...node, items: node.items.filter((_, index) => index !== at) };
    return { ...node, items: node.items.map((item, index) => (index === at ? mutate(item, rest, change) : item)) };
  }
  const keys = [...node.entries.keys()];
  const key = keys[turn % Math.max(1, keys.length)];
  if (key === undefined) return change.value;
  const entries = new Map(node.entries);
  if (rest.length === 0 && change.how === 'remove') entries.delete(key);
  else if (rest.length === 0 && change.how === 'add') entries.set(change.key, { keyPlace: place, node: change.value });
  else {
    const entry = entries.get(key) as MapEntry;
    entries.set(key, { ...entry, node: mutate(entry.node, rest, change) });
  }
  return { ...node, entries };
}

interface Change {
  readonly how: 'replace' | 'remove' | 'add';
  readonly key: string;
  readonly value: ConfigNode;
}

const change = fc.record({
  how: fc.constantFrom('replace' as const, 'remove' as const, 'add' as const),
  key: fc.oneof(text, fc.constantFrom('extends', 'uses', 'with', 'inputs', 'sign', 'undo', 'lines')),
  value,
});

test('whatever is broken in a file, there is a config or an error with a place, never a crash', () => {
  const mutation = fc.tuple(fc.array(fc.nat(50), { minLength: 1, maxLength: 6 }), change);
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
      const broken = mutations.reduce((tree, [turns, how]) => mutate(tree, turns, how), root);
      const checked = checkConfig(broken, { baseDir: folder, overrides: {}, findings: [], isComplete: true });
      expect(checked.config === undefined).toBe(hasErrors(checked.findings));
      expect(checked.digest === undefined).toBe(checked.config === undefined);
      for (const finding of checked.findings) {
        expect(finding.file).not.toBe('');
        expect(finding.happened).toMatch(/\.$/);
        expect(finding.remedy).not.toBe('');
        expect(finding.happened + finding.remedy).not.toMatch(/undefined|\[object/);
      }
      checked.explain('');
    }),
    { numRuns: 200 },
  );
});

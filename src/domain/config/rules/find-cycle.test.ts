import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findCycles } from './find-cycle.ts';

test('a circle is told once, from where it closes', () => {
  const edges = new Map([
    ['a', ['b']],
    ['b', ['c', 'x']],
    ['c', ['a']],
    ['x', []],
    ['y', ['y']],
  ]);
  expect(findCycles(edges)).toEqual([
    ['a', 'b', 'c', 'a'],
    ['y', 'y'],
  ]);
});

test('a chain of 20,000 ends without a circle, and without ending the process', () => {
  const chain = new Map(Array.from({ length: 20_000 }, (_, index) => [`n${index}`, [`n${index + 1}`]]));
  expect(findCycles(chain)).toEqual([]);
});

test('there is a circle exactly when the names cannot be put in an order', () => {
  const graph = fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { maxLength: 12 });
  fc.assert(
    fc.property(graph, (pairs) => {
      const edges = new Map<string, string[]>();
      for (const [from, to] of pairs) edges.set(`${from}`, [...(edges.get(`${from}`) ?? []), `${to}`]);
      expect(findCycles(edges).length > 0).toBe(!hasOrder(edges));
    }),
  );
});

/** Takes away, again and again, what needs nothing that is left. */
function hasOrder(edges: ReadonlyMap<string, readonly string[]>): boolean {
  const left = new Set(edges.keys());
  for (let before = -1; before !== left.size; ) {
    before = left.size;
    for (const name of left) if (!edges.get(name)?.some((to) => left.has(to))) left.delete(name);
  }
  return left.size === 0;
}

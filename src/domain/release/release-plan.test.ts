import fc from 'fast-check';
import { expect, test } from 'vitest';
import { comparePlans, planDigest, type ReleasePlan, releasePlan } from './release-plan.ts';

const PLAN: ReleasePlan = {
  project: 'hello',
  line: 'main',
  channel: 'stable',
  release: 'main-1.1',
  revision: 1,
  number: 2,
  version: '1.1',
  configDigest: 'c'.repeat(64),
  packages: [{ package: 'deb', file: 'hello_1.1_all.deb', sizeBytes: 800, sha256: 'd'.repeat(64), signer: null }],
  targets: [
    {
      target: 'stable/tree',
      change: [{ repository: 'apt', added: [`hello_1.1_all.deb ${'d'.repeat(64)}`], removed: [], changed: [] }],
      undo: 'pointer',
    },
  ],
  order: ['files', 'apt'],
  pivot: null,
  gates: [],
  checklistDigest: null,
};

test('the order in which a plan was written down does not change its digest', () => {
  const keys = Object.keys(PLAN) as (keyof ReleasePlan)[];
  fc.assert(
    fc.property(fc.shuffledSubarray(keys, { minLength: keys.length }), (order) => {
      const shuffled = Object.fromEntries(order.map((key) => [key, PLAN[key]]));
      expect(planDigest(releasePlan.parse(shuffled))).toBe(planDigest(PLAN));
    }),
  );
});

test('one other byte in a package, or another plan number, is another digest', () => {
  const [deb] = PLAN.packages;
  const otherBytes = { ...PLAN, packages: [{ ...deb!, sha256: 'e'.repeat(64) }] };
  expect(new Set([planDigest(PLAN), planDigest(otherBytes), planDigest({ ...PLAN, number: 3 })]).size).toBe(3);
});

test('a diff names what differs by its place, packages by their names', () => {
  const after: ReleasePlan = { ...PLAN, version: '1.2', packages: [{ ...PLAN.packages[0]!, sizeBytes: 801 }] };
  expect(comparePlans(PLAN, after)).toEqual([
    { path: 'packages.deb.sizeBytes', before: '800', after: '801' },
    { path: 'version', before: '1.1', after: '1.2' },
  ]);
});

test('of a package with several files each is compared: none hides behind another', () => {
  const file = (name: string, byte: string) => ({
    ...PLAN.packages[0]!,
    package: 'msi',
    file: name,
    sha256: byte.repeat(64),
  });
  const before: ReleasePlan = { ...PLAN, packages: [file('a.msi', 'a'), file('b.msi', 'b')] };
  const after: ReleasePlan = { ...PLAN, packages: [file('a.msi', 'f'), file('b.msi', 'b')] };
  expect(comparePlans(before, after)).toEqual([
    { path: 'packages.msi.a.msi.sha256', before: 'a'.repeat(64), after: 'f'.repeat(64) },
  ]);
});

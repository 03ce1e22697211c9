import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toInstant } from '../../kernel/instant.ts';
import { type GateQuestion, type GateWord, gateState } from './gate-state.ts';

const HOUR = 3_600_000;
const at = (hours: number) => toInstant(hours * HOUR);
const PLAN = 'a'.repeat(64);
const OTHER = 'b'.repeat(64);

const approved = (by: string, hours: number, digest = PLAN): GateWord => ({
  word: 'approved',
  gate: 'lead',
  digest,
  by,
  at: at(hours),
});
const rejected = (by: string, hours: number, digest = PLAN): GateWord => ({
  word: 'rejected',
  gate: 'lead',
  digest,
  by,
  at: at(hours),
});
const withdrawn = (by: string, hours: number): GateWord => ({ word: 'withdrawn', gate: 'lead', by, at: at(hours) });

const ask = (words: readonly GateWord[], over: Partial<GateQuestion> = {}, gate: Partial<GateQuestion['gate']> = {}) =>
  gateState({
    name: 'lead',
    gate: { approvers: ['team:release', 'dora'], min: 1, selfApproval: false, expiresMs: 72 * HOUR, ...gate },
    teams: { release: ['alice', 'bob', 'carol'] },
    digest: PLAN,
    words,
    authors: new Set(['alice']),
    now: at(10),
    ...over,
  });

test('one approval of this very plan by an approver who did not make it opens the gate until it expires', () => {
  expect(ask([approved('bob', 1)])).toMatchObject({ state: 'passed', until: at(73) });
  expect(ask([approved('dora', 1)])).toMatchObject({ state: 'passed' });
});

test('nobody approves their own release unless the gate says so', () => {
  expect(ask([approved('alice', 1)])).toMatchObject({ state: 'waiting', have: [] });
  expect(ask([approved('alice', 1)], {}, { selfApproval: true })).toMatchObject({ state: 'passed' });
});

test('a stranger is no approver', () => {
  expect(ask([approved('mallory', 1)])).toMatchObject({ state: 'waiting', have: [] });
});

test('two approvals are two people: the same person twice counts once', () => {
  expect(ask([approved('bob', 1), approved('bob', 2)], {}, { min: 2 })).toMatchObject({ state: 'waiting', need: 2 });
  expect(ask([approved('bob', 1), approved('carol', 2)], {}, { min: 2 })).toMatchObject({
    state: 'passed',
    until: at(73),
  });
});

test('an approval of another plan has lapsed, and says whose it was', () => {
  expect(ask([approved('bob', 1, OTHER)])).toEqual({ state: 'lapsed', by: ['bob'], why: 'changed' });
});

test('an approval given before an undo has lapsed, also when the clock was set back since', () => {
  expect(ask([{ ...approved('bob', 1), lapsed: true }])).toEqual({ state: 'lapsed', by: ['bob'], why: 'undone' });
  expect(ask([{ ...approved('bob', 9), lapsed: true }, approved('carol', 1)])).toMatchObject({ state: 'passed' });
});

test('an approval expires, to the millisecond', () => {
  expect(ask([approved('bob', 1)], { now: toInstant(73 * HOUR - 1) })).toMatchObject({ state: 'passed' });
  expect(ask([approved('bob', 1)], { now: at(73) })).toMatchObject({ state: 'expired', by: ['bob'] });
});

test('a rejection blocks whatever others approve, until the same person withdraws it', () => {
  expect(ask([approved('bob', 1), rejected('carol', 2)])).toMatchObject({ state: 'refused', by: 'carol' });
  expect(ask([approved('bob', 1), rejected('carol', 2), withdrawn('carol', 3)])).toMatchObject({ state: 'passed' });
  expect(ask([approved('bob', 1), rejected('carol', 2), withdrawn('bob', 3)])).toMatchObject({ state: 'refused' });
});

test('a rejection of another plan blocks nothing', () => {
  expect(ask([rejected('carol', 1, OTHER), approved('bob', 2)])).toMatchObject({ state: 'passed' });
});

test('whatever is said in whatever order, an open gate has min different eligible people behind it, in time, for this plan', () => {
  const word = fc.record({
    kind: fc.constantFrom('approved', 'rejected', 'withdrawn'),
    by: fc.constantFrom('alice', 'bob', 'carol', 'dora', 'mallory'),
    digest: fc.constantFrom(PLAN, OTHER),
    hours: fc.integer({ min: 0, max: 100 }),
  });
  fc.assert(
    fc.property(fc.array(word, { maxLength: 12 }), fc.integer({ min: 1, max: 3 }), (said, min) => {
      const words = [...said]
        .sort((a, b) => a.hours - b.hours)
        .map(({ kind, by, digest, hours }) =>
          kind === 'withdrawn'
            ? withdrawn(by, hours)
            : kind === 'approved'
              ? approved(by, hours, digest)
              : rejected(by, hours, digest),
        );
      const now = at(100);
      const state = ask(words, { now }, { min });
      if (state.state !== 'passed') return;
      const people = new Set(state.have.map((approval) => approval.by));
      expect(people.size).toBeGreaterThanOrEqual(min);
      for (const person of people) {
        const last = words.findLast((candidate) => candidate.by === person);
        expect(last).toMatchObject({ word: 'approved', digest: PLAN });
        expect((last?.at ?? 0) + 72 * HOUR).toBeGreaterThan(now);
        expect(['bob', 'carol', 'dora']).toContain(person);
      }
    }),
  );
});

import { expect, test } from 'vitest';
import type { Entry } from '../../domain/journal/entry.ts';
import { RELEASE_EVENTS } from '../../domain/release/release-events.ts';
import { TARGET_EVENTS } from '../../domain/repository/channel-events.ts';
import { RUN_EVENTS } from '../../domain/run/run-events.ts';
import { narrate } from './narrate.ts';

const digest = 'ab'.repeat(32);
const generation = { number: 3, digest };
const move = { key: 'k', before: { number: 2, digest }, after: generation };
const reading = { generation, evidence: [{ client: 'reader' }, { client: 'apt 2.6.2' }], notRun: [] };
const stopped = { phase: 'build', class: 'STEP_FAILED', sentence: 'run ended with 1.', remedy: '-' };

// biome-ignore format: a table
const TOLD: Record<string, readonly [data: object, line: string]> = {
  'release.planned': [{ plan: { version: '1.1', number: 1 }, digest }, 'planned 1.1 (plan 1, abababababab)'],
  'release.staged': [{ generation, plan: { channel: 'stable' }, digest }, 'staged: generation 3 of stable, plan abababababab'],
  'release.rebased': [{ generation, parent: { number: 2, digest } }, 'rebased on generation 2: now generation 3'],
  'release.verified': [reading, 'verified: 2 proofs by reader, apt 2.6.2'],
  'release.approved': [{ gates: ['lead', 'legal'] }, 'approved (lead, legal)'],
  'release.promoting': [{ after: generation, undo: { number: 4 } }, 'promoting generation 3; generation 4 would undo it'],
  'release.live': [{ generation }, 'live: users see generation 3'],
  'release.proved-live': [{ ...reading, notRun: [{ client: 'apt', because: 'not installed' }] }, 'proved live: 2 proofs by reader, apt 2.6.2; not by apt: not installed'],
  'release.settled': [{}, 'settled'],
  'release.failed': [stopped, 'failed: run ended with 1. [STEP_FAILED]'],
  'release.partial': [stopped, 'PARTLY RELEASED: run ended with 1. [STEP_FAILED]'],
  'release.undone': [{ generation }, 'undone: users see generation 3'],
  'release.abandoned': [{ reason: 'superseded' }, 'abandoned: superseded'],
  'release.resumed': [{ reason: 'disk is free' }, 'resumed: disk is free'],
  'release.skipped': [{ what: 'verify', reason: 'at night' }, 'skipped verify: at night'],
  'gate.approved': [{ gate: 'lead', by: 'bob' }, 'bob approved at gate lead'],
  'gate.rejected': [{ gate: 'lead', by: 'bob', reason: 'wrong icon' }, 'bob rejected at gate lead: wrong icon'],
  'gate.withdrawn': [{ gate: 'lead', by: 'bob' }, 'bob took their word back at gate lead'],
  'step.started': [{ step: 'deb' }, 'deb: started'],
  'attempt.exited': [{ step: 'deb', exit: { how: 'signal', container: 'run', signal: 'SIGKILL' } }, 'deb: run was ended by SIGKILL'],
  'attempt.lost': [{ step: 'deb', attempt: 'slw-a-deb-1', retryAt: null }, 'deb: attempt slw-a-deb-1 is lost'],
  'step.succeeded': [{ step: 'deb', files: [{ fileName: 'a.deb' }, { fileName: 'b.deb' }] }, 'deb: done, a.deb, b.deb'],
  'step.failed': [{ step: 'deb', ...stopped }, 'deb: FAILED, run ended with 1. [STEP_FAILED]'],
  'step.undecided': [{ step: 'note', sentence: 'Nobody knows.' }, 'note: Nobody knows.'],
  'step.decided': [{ step: 'note', decision: 'again', reason: 'looked' }, 'note: decided to run it again, looked'],
  'step.outdated': [{ step: 'deb' }, 'deb: its definition has changed, it is done again'],
  'step.bytes-missing': [{ step: 'deb', missing: [digest] }, 'deb: its files are gone from the store, it is done again'],
  'step.cancelled': [{ step: 'deb', by: 'alice', reason: 'wrong branch' }, 'deb: cancelled by alice, wrong branch'],
  'cancel.requested': [{ step: null, reason: 'wrong branch' }, 'cancel requested: wrong branch'],
  'flip.intended': [move, 'moving the pointer: generation 2 -> 3'],
  'flip.not-done': [{ key: 'k' }, 'the pointer did not move'],
  'undo.intended': [{ ...move, before: null }, 'moving the pointer: generation none -> 3'],
  'undo.not-done': [{ key: 'k' }, 'the pointer did not move'],
};

/** Facts that another line tells better. */
const NOT_TOLD = [
  'release.building',
  'step.done',
  'run.planned',
  'attempt.requested',
  'attempt.accepted',
  'attempt.cleaned',
  'step.resumed',
  'flip.done',
  'flip.unknown',
  'undo.done',
  'undo.unknown',
];

const entry = (type: string, data: object): Entry => ({ type, data }) as unknown as Entry;

test.each(Object.entries(TOLD))('%s is told as one plain line', (type, [data, line]) => {
  expect(narrate(entry(type, data))).toBe(line);
});

test('a command that ended well is not news; each other end is', () => {
  const exit = (how: object) => narrate(entry('attempt.exited', { step: 'deb', exit: { container: 'run', ...how } }));
  expect(exit({ how: 'exit', code: 0 })).toBeUndefined();
  expect(exit({ how: 'exit', code: 3 })).toBe('deb: run exited with 3');
  expect(exit({ how: 'timeout', afterMs: 90_000 })).toBe('deb: run ran past 1m 30s');
  expect(exit({ how: 'stopped', reason: 'cancelled' })).toBe('deb: stopped: cancelled');
  expect(exit({ how: 'agent', message: 'no shell' })).toBe('deb: no shell');
});

test('no kind of fact about a release, its run or its pointer is forgotten', () => {
  const kinds = Object.keys({ ...RELEASE_EVENTS, ...RUN_EVENTS, ...TARGET_EVENTS });
  expect([...Object.keys(TOLD), ...NOT_TOLD].sort()).toEqual(expect.arrayContaining(kinds.sort()));
  for (const type of NOT_TOLD) expect(narrate(entry(type, {}))).toBeUndefined();
});

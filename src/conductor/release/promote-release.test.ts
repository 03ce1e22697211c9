import { describe, expect, test } from 'vitest';
import { openIntents } from '../../../test/support/release/end-state.ts';
import { failing } from '../../../test/support/release/failing-origin.ts';
import { openHouse, person, proved, seen, typesOf } from '../../../test/support/release/open-houses.ts';
import { refusal, released } from '../../../test/support/release/verbs.ts';
import type { Origin } from '../../ports/origin.ts';
import { OriginHeldError } from '../../ports/origin-error.ts';

const DAY_MS = 86_400_000;
const GATED = { gates: { lead: {} } };
describe('gates, proof and time are asked at the last moment', () => {
  test('an approval that is taken back while the bytes are read stops the flip, and nothing moves', async () => {
    const house = await openHouse(GATED);
    const id = await proved(house);
    await person(house, 'bob').say('approve', id);
    house.onVerify = async () => void (await person(house, 'bob').say('withdraw', id));
    expect(await person(house).promote(id)).toMatchObject({ exit: 3, next: expect.stringContaining('approve') });
    expect((await seen(house)).number).toBe(0);
    expect(await typesOf(house, 'target/stable/tree')).toEqual([]);
  });

  test('an approval that ends while the bytes are read stops the flip', async () => {
    const house = await openHouse({ ...GATED, deadlineMs: 9 * DAY_MS });
    const id = await proved(house);
    await person(house, 'bob').say('approve', id);
    house.onVerify = () => house.clock.pass(4 * DAY_MS);
    expect(await person(house).promote(id)).toMatchObject({
      exit: 3,
      sentence: expect.stringContaining('have expired'),
    });
    expect((await seen(house)).number).toBe(0);
  });

  test('a promotion that is not ready within its deadline stops, and can be asked for again', async () => {
    const house = await openHouse({ deadlineMs: 60_000 });
    const id = await proved(house);
    house.onVerify = () => house.clock.pass(60_001);
    expect(await person(house).promote(id)).toMatchObject({
      exit: 3,
      phase: 'verified',
      sentence: expect.stringContaining('promote.deadline'),
      next: `slipway promote ${id}`,
    });
    expect((await seen(house)).number).toBe(0);
    house.onVerify = () => undefined;
    expect(await person(house).promote(id)).toMatchObject({ exit: 0, phase: 'settled' });
  });

  test('once its move was intended, neither time nor gates stop a promotion', async () => {
    const house = await openHouse({ ...GATED, deadlineMs: 60_000 });
    const id = await proved(house);
    await person(house, 'bob').say('approve', id);
    // Its process ends between the flip and the receipt.
    const dying = person(house, 'alice', {
      origin: (origin) =>
        new Proxy(origin, {
          get: (target, key) =>
            key === 'flip' ? () => new Promise(() => house.processes.at(-1)?.die()) : Reflect.get(target, key),
        }),
    });
    void dying.promote(id);
    while (!house.processes.at(-1)?.isStopped) await new Promise((resolve) => setImmediate(resolve));
    house.clock.pass(30 * DAY_MS);
    expect(await refusal(person(house, 'carol').say('reject', id))).toMatchObject({ code: 'SLIP_RELEASE_STATE' });
    expect(await person(house).resume(id)).toMatchObject({ exit: 0, phase: 'settled' });
    expect(await openIntents(house)).toBe(0);
  });

  test('phase 2 asks a client once more, and stops with 4 when it sees anything wrong', async () => {
    const house = await openHouse();
    const id = await proved(house);
    house.complaint = 'the index is not the one that was signed';
    const outcome = await person(house).promote(id);
    expect(outcome).toMatchObject({ exit: 4, failure: { phase: 'promote', class: 'VERIFY_FAILED' } });
    expect((await seen(house)).number).toBe(0);
    house.complaint = undefined;
    expect(await person(house).resume(id)).toMatchObject({ exit: 0 });
  });

  test('who went past verify with a reason is not asked for it again', async () => {
    const house = await openHouse();
    const { plan } = await person(house).plan('main');
    await person(house).stage(plan.release);
    house.complaint = 'a known flaw';
    const skipping = { skip: ['verify'], reason: 'the reader is broken' };
    const outcome = await person(house).promote(plan.release, skipping);
    expect(outcome).toMatchObject({ failure: { phase: 'settle' } }); // live; what users see is looked at all the same
    expect((await seen(house)).number).toBe(1);
    expect((await person(house).state(plan.release)).skipped).toMatchObject([{ what: 'verify', by: 'alice' }]);
  });

  test('only what is there can be gone past', async () => {
    const house = await openHouse(GATED);
    const id = await proved(house);
    const refused = refusal(person(house).promote(id, { skip: ['gate:lad'], reason: 'typo' }));
    expect(await refused).toMatchObject({ code: 'SLIP_GATE_UNKNOWN', exitCode: 2 });
    expect((await person(house).promote(id, { skip: ['lead'], reason: 'alone at night' })).exit).toBe(0);
  });
});

describe('a candidate past its time', () => {
  test('is refused, and status knows; staged again, approvals lapse, and the new one is promoted', async () => {
    const house = await openHouse({ ...GATED, stageKeepMs: DAY_MS });
    const id = await proved(house);
    house.clock.pass(DAY_MS + 1);
    await person(house, 'bob').say('approve', id);
    expect(await refusal(person(house).promote(id))).toMatchObject({ code: 'SLIP_CANDIDATE_EXPIRED', exitCode: 6 });
    expect((await person(house).state(id)).failure).toMatchObject({
      phase: 'promote',
      class: 'SLIP_CANDIDATE_EXPIRED',
    });
    expect((await person(house).stage(id)).exit).toBe(0);
    const again = await person(house).resume(id);
    expect(again).toMatchObject({ exit: 3, sentence: expect.stringContaining('have lapsed') });
    await person(house, 'bob').say('approve', id);
    expect((await person(house).promote(id)).exit).toBe(0);
    expect(house.builds).toHaveLength(2); // nothing was built twice
  });
});

describe('somebody else moves the pointer', () => {
  test('another line before us: our same change is written again, proved again, and approvals stay', async () => {
    const house = await openHouse(GATED);
    const id = await proved(house);
    await person(house, 'bob').say('approve', id);
    await released(house, 'lts');
    let looks = 0;
    house.onVerify = () => {
      looks += 1;
    };
    expect((await person(house).promote(id)).exit).toBe(0);
    expect(looks).toBe(3); // the rebased candidate, phase 2, what users see
    expect(await typesOf(house, `release/${id}`)).toContain('release.rebased');
    expect((await seen(house)).files).toHaveLength(4);
  });

  test('a move of another release without a receipt is answered first: nobody builds on what may be seen', async () => {
    const house = await openHouse();
    const [ours, theirs] = [await proved(house), await proved(house, 'lts')];
    const peers = { origin: failing('flip', new Error('the power went')) };
    const lookingAway = (origin: Origin): Origin => {
      const broken = peers.origin(origin);
      let flipped = false;
      return new Proxy(broken, {
        get: (target, key) => {
          if (key === 'flip') flipped = true;
          if (key === 'current' && flipped) {
            return async () => {
              throw new OriginHeldError('/public', 1000);
            };
          }
          return Reflect.get(target, key);
        },
      });
    };
    const partial = await person(house, 'alice', { origin: lookingAway }).promote(theirs);
    expect(partial).toMatchObject({ exit: 5, phase: 'promoting' });
    expect((await person(house).state(theirs)).failure).toMatchObject({ partial: true });
    expect(await refusal(person(house).promote(ours))).toMatchObject({
      code: 'SLIP_POINTER_UNDER_WAY',
      exitCode: 6,
      remedy: expect.stringContaining(`slipway resume ${theirs}`),
    });
    expect((await person(house).state(ours)).failure).toBeUndefined();
    expect((await person(house).resume(theirs)).exit).toBe(0);
    expect((await person(house).promote(ours)).exit).toBe(0);
    expect(await openIntents(house)).toBe(0);
  });

  test('by hand, between intent and receipt: said, with 6, and nothing is moved on top of it', async () => {
    const house = await openHouse();
    const [id, other] = [await proved(house), await proved(house, 'lts')];
    const theirs = (await person(house).state(other)).candidate!.generation;
    const meddled = (origin: Origin): Origin =>
      new Proxy(origin, {
        get: (target, key) => {
          if (key !== 'flip') return Reflect.get(target, key);
          return async (...flip: Parameters<Origin['flip']>) => {
            await target.flip('stable', { before: null, after: theirs as never, epoch: 1 });
            await target.flip(...flip);
          };
        },
      });
    expect(await refusal(person(house, 'alice', { origin: meddled }).promote(id))).toMatchObject({
      code: 'SLIP_POINTER_NOT_OURS',
      exitCode: 6,
    });
    expect((await seen(house)).number).toBe(theirs.number);
    expect(await typesOf(house, 'target/stable/tree')).toEqual(['flip.intended', 'flip.not-done']);
    expect((await person(house).state(id)).phase).toBe('verified');
    expect((await person(house).resume(id)).exit).toBe(0);
  });
});

import { rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openIntents } from '../../../test/support/release/end-state.ts';
import { openHouse, person, seen } from '../../../test/support/release/open-houses.ts';
import type { ReleaseHouse } from '../../../test/support/release/release-house.ts';
import { refusal, released, verbsOf } from '../../../test/support/release/verbs.ts';
import type { Origin } from '../../ports/origin.ts';
import { OriginFullError, OriginHeldError } from '../../ports/origin-error.ts';

const DAY_MS = 86_400_000;
const GATED = { gates: { lead: {} } };
const types = async (house: ReleaseHouse, stream: string) => (await house.journal.read(stream)).map(({ type }) => type);

async function proved(house: ReleaseHouse, line = 'main', version?: string): Promise<string> {
  const { plan } = await person(house).plan(line, version === undefined ? {} : { version });
  await person(house).verify(plan.release);
  return plan.release;
}

/** What the origin does at a call, as often as asked. */
const failing =
  (key: 'flip' | 'write' | 'sweep' | 'stage', error: Error, times = 1) =>
  (origin: Origin): Origin =>
    new Proxy(origin, {
      get: (target, name) => {
        if (name !== key || times <= 0) return Reflect.get(target, name);
        return async () => {
          times -= 1;
          throw error;
        };
      },
    });

describe('gates, proof and time are asked at the last moment', () => {
  test('an approval that is taken back while the bytes are read stops the flip, and nothing moves', async () => {
    const house = await openHouse(GATED);
    const id = await proved(house);
    await person(house, 'bob').say('approve', id);
    house.onVerify = async () => void (await person(house, 'bob').say('withdraw', id));
    expect(await person(house).promote(id)).toMatchObject({ exit: 3, next: expect.stringContaining('approve') });
    expect((await seen(house)).number).toBe(0);
    expect(await types(house, 'target/stable/tree')).toEqual([]);
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
    expect(await types(house, `release/${id}`)).toContain('release.rebased');
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
    expect(await types(house, 'target/stable/tree')).toEqual(['flip.intended', 'flip.not-done']);
    expect((await person(house).state(id)).phase).toBe('verified');
    expect((await person(house).resume(id)).exit).toBe(0);
  });
});

describe('the disk', () => {
  test('is full when the pointer is about to move: nothing is visible, status says why, resume goes on', async () => {
    const house = await openHouse();
    const id = await proved(house);
    const full = { origin: failing('flip', new OriginFullError('/public')) };
    expect(await refusal(person(house, 'alice', full).promote(id))).toMatchObject({
      code: 'SLIP_ORIGIN_FULL',
      exitCode: 1,
    });
    expect(await types(house, 'target/stable/tree')).toEqual(['flip.intended', 'flip.not-done']);
    const state = await person(house).state(id);
    expect(state).toMatchObject({ phase: 'verified', failure: { phase: 'promote', class: 'SLIP_ORIGIN_FULL' } });
    expect(await refusal(person(house).promote(id))).toMatchObject({
      remedy: expect.stringContaining('slipway resume'),
    });
    expect(await person(house).resume(id)).toMatchObject({ exit: 0, phase: 'settled' });
    expect(await types(house, 'target/stable/tree')).toEqual([
      'flip.intended',
      'flip.not-done',
      'flip.intended',
      'flip.done',
    ]);
  });

  test('is full when the candidate is written: the same, once', async () => {
    const house = await openHouse();
    const { plan } = await person(house).plan('main');
    const full = { origin: failing('write', new OriginFullError('/public'), 2) };
    expect(await refusal(person(house, 'alice', full).resume(plan.release))).toMatchObject({
      code: 'SLIP_ORIGIN_FULL',
    });
    expect((await person(house).state(plan.release)).failure).toMatchObject({
      phase: 'stage',
      class: 'SLIP_ORIGIN_FULL',
    });
    expect((await person(house).resume(plan.release)).exit).toBe(0);
    expect((await types(house, `release/${plan.release}`)).filter((type) => type === 'release.failed')).toHaveLength(1);
  });

  test('fails after the release is live: it stays live, and settling is tried again', async () => {
    const house = await openHouse();
    const id = await proved(house);
    const full = { origin: failing('sweep', new OriginFullError('/public')) };
    expect(await refusal(person(house, 'alice', full).promote(id))).toMatchObject({ code: 'SLIP_ORIGIN_FULL' });
    expect(await person(house).state(id)).toMatchObject({ phase: 'live', failure: { phase: 'settle' } });
    expect(await person(house).resume(id)).toMatchObject({ exit: 0, phase: 'settled' });
  });

  test('lost an artifact between seal and record: other bytes are refused with 6, the same ones go on', async () => {
    const house = await openHouse();
    const { plan } = await person(house).plan('main');
    const { world, process } = house.process({
      journal: (journal) =>
        new Proxy(journal, {
          get: (target, key) => {
            const member: unknown = Reflect.get(target, key);
            if (key !== 'append') return typeof member === 'function' ? member.bind(target) : member;
            return (append: Parameters<typeof journal.append>[0]) => {
              const isStaged = append.writes.some(({ events }) => events.some(({ type }) => type === 'release.staged'));
              if (!isStaged) return target.append(append);
              process.die();
              return new Promise(() => undefined);
            };
          },
        }),
    });
    void verbsOf(house, world).resume(plan.release);
    while (!process.isStopped) await new Promise((resolve) => setTimeout(resolve, 1));
    const [deb] = (await house.process().world.runs.state(plan.release as never)).steps.get('deb' as never)!.result!
      .files;
    rmSync(house.store.pathOf(deb!.sha256), { force: true });
    house.salt = ' with other bytes';
    expect(await person(house).resume(plan.release)).toMatchObject({ exit: 6, phase: 'building' });
    house.salt = '';
    expect(await person(house).resume(plan.release)).toMatchObject({ exit: 0, phase: 'settled' });
    const state = await person(house).state(plan.release);
    expect(state.candidate?.generation.number).toBe(1);
  });
});

describe('a clock that was set back', () => {
  test('by hours: refused with 6, nothing written, and the release goes on when it is right again', async () => {
    const house = await openHouse();
    await released(house);
    house.clock.pass(-3 * 3_600_000);
    const { plan } = await person(house).plan('main');
    const channel = (await house.journal.read('channel/stable')).length;
    expect(await refusal(person(house).resume(plan.release))).toMatchObject({
      code: 'SLIP_CLOCK_BEHIND',
      exitCode: 6,
      message: expect.stringContaining('2026-11-22T06:'),
    });
    expect(await house.journal.read('channel/stable')).toHaveLength(channel);
    house.clock.pass(3 * 3_600_000);
    expect((await person(house).resume(plan.release)).exit).toBe(0);
  });

  test('by seconds: waited for, and dates only grow', async () => {
    const house = await openHouse();
    await released(house);
    house.clock.pass(-30_000);
    await released(house);
    const [first, undo, second] = await house.origin().generations('stable');
    expect(undo!.date).toBe(first!.date + 1000);
    expect(second!.date).toBe(first!.date + 1000);
    expect(second!.date - house.clock.now()).toBeLessThanOrEqual(5000);
  });
});

describe('sweeping', () => {
  test('after a promotion old generations go; the undo of what is live, and what another line has staged, stay', async () => {
    const house = await openHouse({ keepMs: DAY_MS });
    const other = await proved(house, 'lts');
    const staged = (await person(house).state(other)).candidate!.generation.number;
    for (let count = 0; count < 6; count += 1) {
      await released(house, 'main', count === 0 ? '1.1' : undefined);
      house.clock.pass(2 * DAY_MS);
    }
    const last = await released(house);
    const left = (await house.origin().generations('stable')).map(({ number }) => number);
    const { promotion } = await person(house).state(last);
    expect(left).toContain(staged);
    expect(left).toContain(promotion!.undo.number);
    expect(left).not.toContain(2);
    expect(left.length).toBeLessThan(10);
    await person(house).undo(last);
    expect((await seen(house)).latest).toBe('1.6');
  });

  test("the staging view of another line's candidate is left alone", async () => {
    const house = await openHouse();
    const ours = await proved(house);
    const other = await proved(house, 'lts');
    const staged = await house.origin().staged('stable');
    await person(house).promote(ours);
    expect(await house.origin().staged('stable')).toEqual(staged);
    await person(house).promote(other);
    expect(await house.origin().staged('stable')).toBeUndefined();
  });
});

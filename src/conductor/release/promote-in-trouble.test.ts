import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { failing } from '../../../test/support/release/failing-origin.ts';
import { openHouse, person, proved, seen, typesOf } from '../../../test/support/release/open-houses.ts';
import { refusal, released, verbsOf } from '../../../test/support/release/verbs.ts';
import type { Origin } from '../../ports/origin.ts';
import { OriginFullError } from '../../ports/origin-error.ts';

const DAY_MS = 86_400_000;
test('a pointer that somebody removed after the promotion is told, and the release goes on when it is back', async () => {
  const house = await openHouse();
  const id = await proved(house);
  let looks = 0;
  house.onVerify = () => {
    looks += 1;
    if (looks === 2) house.complaint = 'not now'; // live, and not proved yet
  };
  await person(house).promote(id);
  house.complaint = undefined;
  const pointer = join(house.root, 'gen/stable/current');
  renameSync(pointer, join(house.root, 'aside'));
  expect(await refusal(person(house).resume(id))).toMatchObject({
    code: 'SLIP_POINTER_NOT_OURS',
    exitCode: 6,
    message: expect.stringContaining('Channel stable has no pointer'),
  });
  renameSync(join(house.root, 'aside'), pointer);
  expect(await person(house).resume(id)).toMatchObject({ exit: 0, phase: 'settled' });
});

test('an origin that is not there is not an empty one: nothing is built upon it, and no older package is lost', async () => {
  const house = await openHouse();
  await released(house);
  const { plan } = await person(house).plan('main');
  renameSync(house.root, `${house.root}-unmounted`);
  const refused = { code: 'SLIP_POINTER_NOT_OURS', remedy: expect.stringContaining('mounted') };
  expect(await refusal(person(house).resume(plan.release))).toMatchObject(refused);
  expect(await refusal(person(house).plan('lts'))).toMatchObject(refused);
  renameSync(`${house.root}-unmounted`, house.root);
  expect(await person(house).resume(plan.release)).toMatchObject({ exit: 0, phase: 'settled' });
  const sealed = await house.origin().generation('stable', (await seen(house)).number);
  expect(sealed.repositories['apt']!.packages.map(({ version }) => version)).toEqual(['1.1', '1.2']);
});

test('a pointer that nobody can read while it moves: partly released, which status knows, and resume finds out', async () => {
  const house = await openHouse();
  const id = await proved(house);
  let isFlipped = false;
  const blind = {
    origin: (origin: Origin) =>
      new Proxy(origin, {
        get: (target, key) => {
          if (key === 'flip')
            return async (...flip: Parameters<Origin['flip']>) => {
              await target.flip(...flip);
              isFlipped = true;
              throw new Error('the connection was closed');
            };
          if (key === 'current' && isFlipped)
            return () => Promise.reject(Object.assign(new Error('EIO: i/o error, readlink'), { syscall: 'readlink' }));
          const member: unknown = Reflect.get(target, key);
          return typeof member === 'function' ? member.bind(target) : member;
        },
      }),
  };
  expect(await person(house, 'alice', blind).promote(id)).toMatchObject({ exit: 5, phase: 'promoting' });
  expect((await person(house).state(id)).failure).toMatchObject({ partial: true });
  expect(await person(house).resume(id)).toMatchObject({ exit: 0, phase: 'settled' });
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
    expect(await typesOf(house, 'target/stable/tree')).toEqual(['flip.intended', 'flip.not-done']);
    const state = await person(house).state(id);
    expect(state).toMatchObject({ phase: 'verified', failure: { phase: 'promote', class: 'SLIP_ORIGIN_FULL' } });
    expect(await refusal(person(house).promote(id))).toMatchObject({
      remedy: expect.stringContaining('slipway resume'),
    });
    expect(await person(house).resume(id)).toMatchObject({ exit: 0, phase: 'settled' });
    expect(await typesOf(house, 'target/stable/tree')).toEqual([
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
    expect((await typesOf(house, `release/${plan.release}`)).filter((type) => type === 'release.failed')).toHaveLength(
      1,
    );
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

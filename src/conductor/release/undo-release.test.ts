import { describe, expect, test } from 'vitest';
import { brokenPromises, openIntents } from '../../../test/support/release/end-state.ts';
import { openHouse, person, proved, seen } from '../../../test/support/release/open-houses.ts';
import type { ReleaseHouse } from '../../../test/support/release/release-house.ts';
import { refusal, released } from '../../../test/support/release/verbs.ts';
import type { Origin } from '../../ports/origin.ts';
import { OriginFullError } from '../../ports/origin-error.ts';
import { rehearsalJournal } from '../rehearsal/rehearsal-journal.ts';
import { rehearsalOrigin } from '../rehearsal/rehearsal-origin.ts';
import { RehearsalOver, rehearse } from '../rehearsal/rehearse.ts';

const GATED = { gates: { lead: {} } };
const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

/** A process that ends right before, or right after, the pointer moves. */
async function dieInFlip(
  house: ReleaseHouse,
  id: string,
  when: 'before' | 'after',
  verb: 'resume' | 'promote' | 'undo',
) {
  const dying = person(house, 'alice', {
    origin: (origin) =>
      new Proxy(origin, {
        get: (target, key) => {
          if (key !== 'flip') return Reflect.get(target, key);
          return async (...flip: Parameters<Origin['flip']>) => {
            if (when === 'after') await target.flip(...flip);
            house.processes.at(-1)?.die();
            return await new Promise(() => undefined);
          };
        },
      }),
  });
  const process = house.processes.at(-1);
  void dying[verb](id);
  while (!process?.isStopped) await turn();
}

describe('what users see is taken back', () => {
  test('to what was there before; the pointer moves on to a later generation, and the line is taken again', async () => {
    const house = await openHouse();
    await released(house);
    const before = await seen(house);
    const id = await released(house);
    expect((await seen(house)).latest).toBe('1.2');
    expect((await person(house).undo(id)).phase).toBe('undone');
    const now = await seen(house);
    expect(now).toMatchObject({ files: before.files, latest: '1.1' });
    expect(now.number).toBeGreaterThan((await person(house).state(id)).candidate!.generation.number);
    expect(await refusal(person(house).plan('main'))).toMatchObject({ code: 'SLIP_RELEASE_OPEN' });
  });

  test('the very first one: a signed index with nothing in it, and no latest', async () => {
    const house = await openHouse();
    const id = await released(house);
    await person(house).undo(id);
    expect(await seen(house)).toMatchObject({ files: [], latest: undefined });
    expect(await brokenPromises(house)).toEqual([]);
  });

  test('promoted again: the same bytes, new proof, new approvals', async () => {
    const house = await openHouse(GATED);
    const id = await proved(house);
    await person(house, 'bob').say('approve', id);
    await person(house).promote(id);
    const files = (await person(house).state(id)).candidate!.packages.map(({ sha256 }) => sha256);
    await person(house).undo(id);
    expect(await person(house).promote(id)).toMatchObject({
      exit: 3,
      sentence: expect.stringContaining('have lapsed'),
    });
    await person(house, 'bob').say('approve', id);
    expect(await person(house).promote(id)).toMatchObject({ exit: 0, phase: 'settled' });
    expect((await person(house).state(id)).candidate!.packages.map(({ sha256 }) => sha256)).toEqual(files);
    expect(house.builds).toHaveLength(2);
  });

  test('and what was skipped for the first promotion is asked for again', async () => {
    const house = await openHouse(GATED);
    const id = await proved(house);
    await person(house).promote(id, { skip: ['gate:lead'], reason: 'at night' });
    expect((await person(house).state(id)).phase).toBe('settled');
    await person(house).undo(id);
    expect(await person(house).promote(id)).toMatchObject({ exit: 3 });
    expect((await person(house).state(id)).skipped).toMatchObject([{ what: 'gate:lead', lapsed: true }]);
  });

  test('or given up: then the line goes on to the next version', async () => {
    const house = await openHouse();
    const id = await released(house);
    await person(house).undo(id);
    expect((await person(house).abandon(id)).phase).toBe('abandoned');
    expect((await person(house).abandon(id)).phase).toBe('abandoned'); // asked twice, it is the same
    expect(await released(house)).toBe('main-1.2');
  });
});

describe('a rehearsal', () => {
  const rehearsing = { journal: rehearsalJournal, origin: rehearsalOrigin };

  test('of an undo that was begun before a crash moves nothing; after it, undo goes on', async () => {
    const house = await openHouse();
    const id = await released(house);
    const before = await seen(house);
    await dieInFlip(house, id, 'before', 'undo');
    const head = await house.journal.head();
    const dry = person(house, 'bob', rehearsing);
    for (const verb of [dry.undo, dry.resume]) {
      expect(await rehearse<unknown>(() => verb(id))).toBeInstanceOf(RehearsalOver);
      expect(await seen(house)).toEqual(before);
      expect(await house.journal.head()).toBe(head);
    }
    expect(await person(house, 'bob').undo(id)).toMatchObject({ phase: 'undone' });
    expect(await seen(house)).toMatchObject({ files: [] });
  });

  test('of abandoning what is abandoned leaves the staging view where it is', async () => {
    const house = await openHouse();
    const id = await proved(house);
    await person(house).abandon(id);
    const next = await proved(house);
    const staged = await house.origin().staged('stable');
    await rehearse(() => person(house, 'bob', rehearsing).abandon(id));
    expect(await house.origin().staged('stable')).toEqual(staged);
    expect((await person(house).state(next)).phase).toBe('verified');
  });
});

describe('it is refused with 6', () => {
  test('when nothing of it is visible', async () => {
    const house = await openHouse();
    const id = await proved(house);
    const refused = { code: 'SLIP_RELEASE_STATE', exitCode: 6, message: expect.stringContaining('nothing to undo') };
    expect(await refusal(person(house).undo(id))).toMatchObject(refused);
    await person(house).promote(id);
    await person(house).undo(id);
    expect(await refusal(person(house).undo(id))).toMatchObject(refused);
  });

  test("after another's promotion, which it would take along", async () => {
    const house = await openHouse();
    const id = await released(house);
    const other = await released(house, 'lts', '0.1');
    const head = await house.journal.head();
    expect(await refusal(person(house).undo(id))).toMatchObject({
      code: 'SLIP_POINTER_NOT_OURS',
      exitCode: 6,
      message: expect.stringContaining(other),
      remedy: expect.stringContaining(`Undo ${other} first`),
    });
    expect(await house.journal.head()).toBe(head);
  });

  test('also when that one was undone since: the pointer has moved on', async () => {
    const house = await openHouse();
    const id = await released(house);
    const other = await released(house, 'lts', '0.1');
    await person(house).undo(other);
    const refused = {
      code: 'SLIP_POINTER_NOT_OURS',
      message: expect.stringContaining(`took ${other} back`),
      remedy: expect.stringContaining('slipway run main'),
    };
    expect(await refusal(person(house).undo(id))).toMatchObject(refused);
    await person(house).abandon(other);
    expect(await refusal(person(house).undo(id))).toMatchObject(refused);
  });

  test('while a newer release of the line is open', async () => {
    const house = await openHouse();
    const id = await released(house);
    await person(house).plan('main');
    expect(await refusal(person(house).undo(id))).toMatchObject({
      code: 'SLIP_RELEASE_STATE',
      exitCode: 6,
      message: expect.stringContaining('main-1.2'),
    });
  });

  test('and resume does not show it after it was verified once more, or after that failed', async () => {
    const house = await openHouse();
    const id = await released(house);
    await person(house).undo(id);
    house.complaint = 'the index is not there';
    expect(await person(house).verify(id)).toMatchObject({ exit: 4 });
    expect(await person(house).resume(id)).toMatchObject({ exit: 4 });
    house.complaint = undefined;
    expect(await person(house).resume(id)).toMatchObject({ exit: 0, phase: 'verified' });
    const before = await seen(house);
    expect(await refusal(person(house).resume(id))).toMatchObject({ code: 'SLIP_RELEASE_STATE' });
    expect(await seen(house)).toEqual(before);
    expect(await person(house).promote(id)).toMatchObject({ phase: 'settled' });
  });

  test('and resume does not show to users what was undone', async () => {
    const house = await openHouse();
    const id = await released(house);
    await person(house).undo(id);
    expect(await refusal(person(house).resume(id))).toMatchObject({
      code: 'SLIP_RELEASE_STATE',
      remedy: expect.stringContaining(`slipway promote ${id}`),
    });
  });
});

describe('a promotion that was interrupted', () => {
  test('before anybody saw it, is taken back: nobody who wakes up late can finish it', async () => {
    const house = await openHouse();
    await released(house);
    const id = await proved(house);
    await dieInFlip(house, id, 'before', 'promote');
    expect((await person(house).undo(id)).phase).toBe('undone');
    expect(await seen(house)).toMatchObject({ latest: '1.1' });
    const { candidate } = await person(house).state(id);
    const late = house
      .origin()
      .flip('stable', { before: candidate!.parent as never, after: candidate!.generation as never, epoch: 99 });
    await expect(late).rejects.toMatchObject({ code: 'SLIP_POINTER_MOVED' });
    expect(await openIntents(house)).toBe(0);
  });

  test('before anybody saw it, as the first one of the channel', async () => {
    const house = await openHouse();
    const id = await proved(house);
    await dieInFlip(house, id, 'before', 'promote');
    expect((await person(house).undo(id)).phase).toBe('undone');
    expect(await seen(house)).toMatchObject({ files: [] });
    expect((await person(house).abandon(id)).phase).toBe('abandoned');
  });

  test('after users saw it, gets its receipt first, and is taken back', async () => {
    const house = await openHouse();
    const id = await proved(house);
    await dieInFlip(house, id, 'after', 'promote');
    expect((await person(house).undo(id)).phase).toBe('undone');
    const types = (await house.journal.read('target/stable/tree')).map(({ type }) => type);
    expect(types).toEqual(['flip.intended', 'flip.done', 'undo.intended', 'undo.done']);
    const receipt = (await house.journal.read('target/stable/tree'))[1];
    expect(receipt?.data['wasThere']).toBe(true);
  });
});

describe('an undo that was interrupted', () => {
  test.each(['before', 'after'] as const)(
    '%s the pointer moved: resume finishes it, and no other release can begin meanwhile',
    async (when) => {
      const house = await openHouse();
      const id = await released(house);
      await dieInFlip(house, id, when, 'undo');
      expect(await refusal(person(house).plan('main'))).toMatchObject({ code: 'SLIP_RELEASE_OPEN' });
      expect(await person(house).resume(id)).toMatchObject({ exit: 0, phase: 'undone' });
      expect(await seen(house)).toMatchObject({ files: [] });
      expect(await openIntents(house)).toBe(0);
    },
  );

  test('by a full disk: users see it still, its line is free, and it can be asked for again', async () => {
    const house = await openHouse();
    const id = await released(house);
    const full = person(house, 'alice', {
      origin: (origin) =>
        new Proxy(origin, {
          get: (target, key) =>
            key === 'flip'
              ? async () => {
                  throw new OriginFullError('/public');
                }
              : Reflect.get(target, key),
        }),
    });
    expect(await refusal(full.undo(id))).toMatchObject({ code: 'SLIP_ORIGIN_FULL', exitCode: 1 });
    expect(await person(house).state(id)).toMatchObject({ phase: 'settled' });
    expect((await house.journal.read('line/main')).at(-1)?.type).toBe('release.closed');
    expect((await person(house).undo(id)).phase).toBe('undone');
    expect(await brokenPromises(house)).toEqual([]);
  });
});

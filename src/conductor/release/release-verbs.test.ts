import { describe, expect, test } from 'vitest';
import { endState } from '../../../test/support/release/end-state.ts';
import { failing } from '../../../test/support/release/failing-origin.ts';
import { DAY_MS, houseConfig } from '../../../test/support/release/house-config.ts';
import { openHouse, person, proved, seen } from '../../../test/support/release/open-houses.ts';
import type { ReleaseHouse } from '../../../test/support/release/release-house.ts';
import { as, refusal, released } from '../../../test/support/release/verbs.ts';
import { build } from '../../../test/support/simulated/run-config.ts';
import type { Journal } from '../../ports/journal.ts';
import { LeaseLostError } from '../../ports/journal.ts';
import { OriginFullError } from '../../ports/origin-error.ts';
import { cancelRelease } from './cancel-release.ts';

type Person = ReturnType<typeof person>;
type Verb = 'stage' | 'verify' | 'resume' | 'promote' | 'undo' | 'abandon';

/** Where a release can be, and how it gets there. */
const PLACES: Readonly<Record<string, (who: Person, house: ReleaseHouse) => Promise<unknown>>> = {
  planned: async (who) => await who.plan('main'),
  staged: async (who) => {
    await who.plan('main');
    await who.stage('main-1.1');
  },
  verified: async (who) => {
    await who.plan('main');
    await who.verify('main-1.1');
  },
  settled: async (_, house) => await released(house),
  undone: async (who, house) => {
    await released(house);
    await who.undo('main-1.1');
  },
  abandoned: async (who) => {
    await who.plan('main');
    await who.abandon('main-1.1');
  },
};

describe('a verb that does not fit is refused with 6, names the one that does, and changes nothing', () => {
  const REFUSED: readonly (readonly [verb: Verb, place: keyof typeof PLACES & string, remedy: RegExp])[] = [
    ['promote', 'planned', /slipway verify main-1.1/],
    ['promote', 'staged', /slipway verify main-1.1/],
    ['promote', 'settled', /slipway undo main-1.1/],
    ['promote', 'abandoned', /slipway plan main/],
    ['stage', 'settled', /slipway undo main-1.1/],
    ['stage', 'abandoned', /slipway plan main/],
    ['verify', 'settled', /slipway undo main-1.1/],
    ['verify', 'abandoned', /slipway plan main/],
    ['resume', 'undone', /slipway promote main-1.1/],
    ['resume', 'abandoned', /slipway plan main/],
    ['undo', 'planned', /slipway status main-1.1/],
    ['undo', 'verified', /slipway status main-1.1/],
    ['undo', 'undone', /slipway status main-1.1/],
    ['undo', 'abandoned', /slipway status main-1.1/],
    ['abandon', 'settled', /slipway undo main-1.1/],
  ];
  test.each(REFUSED)('%s of a release that is %s', async (verb, place, remedy) => {
    const house = await openHouse();
    await PLACES[place]?.(person(house), house);
    const before = await endState(house);
    expect(await refusal(person(house)[verb]('main-1.1') as Promise<unknown>)).toMatchObject({
      code: 'SLIP_RELEASE_STATE',
      exitCode: 6,
      remedy: expect.stringMatching(remedy),
    });
    expect(await endState(house)).toEqual(before);
  });

  test.each(['verify', 'promote'] as const)('%s after a failure', async (verb) => {
    const house = await openHouse();
    const { plan } = await person(house).plan('main');
    house.complaint = 'no signature';
    expect((await person(house).verify(plan.release)).exit).toBe(4);
    expect(await refusal(person(house)[verb](plan.release))).toMatchObject({
      code: 'SLIP_RELEASE_STATE',
      remedy: expect.stringContaining(`slipway resume ${plan.release}`),
    });
  });

  test('a release that is not there is answered with those that are', async () => {
    const house = await openHouse();
    await person(house).plan('main');
    expect(await refusal(person(house).resume('main-9'))).toMatchObject({
      code: 'SLIP_RELEASE_NOT_FOUND',
      exitCode: 2,
      message: expect.stringContaining('main-1.1'),
    });
  });
});

test('asked again when all is done, resume does nothing and says so', async () => {
  const house = await openHouse();
  const id = await released(house);
  const head = await house.journal.head();
  expect(await person(house).resume(id)).toMatchObject({ exit: 0, sentence: `${id} is live; users see it.` });
  expect(await house.journal.head()).toBe(head);
});

test('a candidate that failed is mended by the next one, from the config as it is now', async () => {
  const house = await openHouse();
  const { plan } = await person(house).plan('main');
  house.complaint = 'hello does not start';
  await person(house).verify(plan.release);
  house.complaint = undefined;
  house.config = { ...house.config, packages: { ...house.config.packages, tar: build('tar', [], { name: 'better' }) } };
  expect((await person(house).stage(plan.release)).exit).toBe(0);
  expect((await person(house).resume(plan.release)).exit).toBe(0);
  expect((await seen(house)).files).toContain('better-1.1.tar.gz');
});

describe('one process at a time', () => {
  test('of two that resume at once one does it, the other is told who', async () => {
    const house = await openHouse();
    const { plan } = await person(house).plan('main');
    let told: unknown;
    house.onVerify = async () => {
      told ??= await refusal(person(house).resume(plan.release));
    };
    expect((await person(house).resume(plan.release)).exit).toBe(0);
    expect(told).toMatchObject({
      code: 'SLIP_HELD',
      exitCode: 6,
      message: expect.stringMatching(/Process \d+ on here/),
    });
    expect((await person(house).state(plan.release)).failure).toBeUndefined();
  });

  test('who has lost the lease writes nothing more, not even that it failed', async () => {
    const house = await openHouse();
    const { plan } = await person(house).plan('main');
    let lost = false;
    const journal = (journal: Journal): Journal =>
      new Proxy(journal, {
        get: (target, key) => {
          const member: unknown = Reflect.get(target, key);
          if (key !== 'append') return typeof member === 'function' ? member.bind(target) : member;
          return async (append: Parameters<Journal['append']>[0]) => {
            if (!append.writes.some(({ stream }) => stream === 'channel/stable') && !lost) return target.append(append);
            lost = true;
            throw new LeaseLostError('run/main-1.1', 1, { epoch: 2, holder: undefined });
          };
        },
      });
    const before = (await house.journal.read(`release/${plan.release}`)).length;
    expect(await refusal(person(house, 'alice', { journal }).resume(plan.release))).toMatchObject({
      code: 'SLIP_LEASE_LOST',
    });
    expect(await house.journal.read(`release/${plan.release}`)).toHaveLength(before + 1); // that it is building
  });
});

describe('Ctrl-C', () => {
  test('at any record gives 130 or the end, and resume ends as if nobody had pressed it', {
    timeout: 120_000,
  }, async () => {
    const whole = await openHouse();
    await released(whole);
    const expected = await endState(whole);
    const appends = whole.processes.reduce((most, { calls }) => {
      return Math.max(most, calls.filter((call) => call === 'after journal.append').length);
    }, 0);
    for (let k = 1; k <= appends; k += 1) {
      const house = await openHouse();
      const pressed = new AbortController();
      let count = 0;
      const journal = (journal: Journal): Journal =>
        new Proxy(journal, {
          get: (target, key) => {
            const member: unknown = Reflect.get(target, key);
            if (key !== 'append') return typeof member === 'function' ? member.bind(target) : member;
            return async (append: Parameters<Journal['append']>[0]) => {
              const entries = await target.append(append);
              count += 1;
              if (count === k) pressed.abort();
              return entries;
            };
          },
        });
      await person(house).plan('main');
      const outcome = await person(house, 'alice', { journal }).resume('main-1.1', { signal: pressed.signal });
      expect({ k, exit: outcome.exit }).toEqual({ k, exit: outcome.phase === 'settled' ? 0 : 130 });
      if (outcome.exit === 130) expect(outcome.next).toBe('slipway resume main-1.1');
      expect((await person(house).resume('main-1.1')).exit).toBe(0);
      expect(await endState(house)).toEqual(expected);
    }
  });

  test('while clients look: 130, and nothing is recorded against the release', async () => {
    const house = await openHouse();
    const { plan } = await person(house).plan('main');
    const pressed = new AbortController();
    house.onVerify = () => pressed.abort();
    expect(await person(house).resume(plan.release, { signal: pressed.signal })).toMatchObject({
      exit: 130,
      phase: 'staged',
    });
    expect((await person(house).state(plan.release)).failure).toBeUndefined();
    house.onVerify = () => undefined;
    expect((await person(house).resume(plan.release)).exit).toBe(0);
  });
});

test('cancel before anything was begun: status knows, and resume goes on', async () => {
  const house = await openHouse();
  const signal = new AbortController().signal;
  const { world, process } = house.process();
  await person(house).plan('main');
  const ended = await cancelRelease(world, { release: 'main-1.1', actor: as('alice'), reason: 'wrong day', signal });
  expect({ ended, isDead: process.isDead }).toEqual({ ended: ['deb', 'tar'], isDead: false });
  expect((await person(house).state('main-1.1')).failure).toMatchObject({ class: 'CANCELLED' });
  expect((await person(house).resume('main-1.1')).exit).toBe(0);
});

test('given up after it was planned anew and not staged again, it is not to be seen in staging any more', async () => {
  const house = await openHouse();
  const id = await proved(house);
  expect((await house.origin().staged('stable'))?.number).toBe(1);
  house.config = houseConfig({ keepMs: DAY_MS });
  const full = { origin: failing('write', new OriginFullError('/public')) };
  await refusal(person(house, 'alice', full).stage(id));
  expect((await person(house).state(id)).candidate).toBeUndefined();
  await person(house).abandon(id);
  expect(await house.origin().staged('stable')).toBeUndefined();
});

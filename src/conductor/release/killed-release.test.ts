import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { brokenPromises, endState, openIntents } from '../../../test/support/release/end-state.ts';
import type { HouseConfig } from '../../../test/support/release/house-config.ts';
import {
  type Wish,
  wantAbandoned,
  wantApproved,
  wantProved,
  wantReleased,
  wantUndone,
} from '../../../test/support/release/people.ts';
import { type Peers, ReleaseHouse } from '../../../test/support/release/release-house.ts';
import { verbsOf } from '../../../test/support/release/verbs.ts';
import type { Mortal } from '../../../test/support/simulated/mortal.ts';
import type { Origin } from '../../ports/origin.ts';
import { OriginFullError } from '../../ports/origin-error.ts';

interface Scenario {
  readonly name: string;
  readonly wishes: readonly Wish[];
  readonly config?: HouseConfig;
  /** A peer that misbehaves, whoever conducts; made anew for each life of the scenario. */
  readonly peers?: () => Peers;
  /** A failure is recorded or not, as the kill comes before or after it: then only what users see has to be the same. */
  readonly isOnlySeen?: true;
}

const SCENARIOS: readonly Scenario[] = [
  { name: 'plain', wishes: [wantReleased('main-1.1')] },
  {
    name: 'with a gate, and a second release',
    config: { gates: { lead: {} } },
    wishes: [wantProved('main-1.1'), wantApproved('main-1.1'), wantReleased('main-1.1'), wantReleased('main-1.2')],
  },
  {
    name: 'rebase: another line promotes between verify and promote',
    wishes: [wantProved('main-1.1'), wantReleased('lts-0.1'), wantReleased('main-1.1')],
  },
  {
    name: 'failure in the flip: no space is left, once',
    peers: () => ({ origin: fullOnce() }),
    isOnlySeen: true,
    wishes: [wantReleased('main-1.1')],
  },
  { name: 'undo', wishes: [wantReleased('main-1.1'), wantReleased('main-1.2'), wantUndone('main-1.2')] },
  {
    name: 'the very first promotion is undone, then promoted again',
    wishes: [wantReleased('main-1.1'), wantUndone('main-1.1'), wantReleased('main-1.1')],
  },
  {
    name: 'abandon: staged, given up, and the next version released',
    wishes: [wantProved('main-1.1'), wantAbandoned('main-1.1'), wantReleased('main-1.2')],
  },
  {
    name: 'undone and given up',
    wishes: [wantReleased('main-1.1'), wantUndone('main-1.1'), wantAbandoned('main-1.1')],
  },
];

/** The first flip of the place finds a full disk. */
function fullOnce(): (origin: Origin) => Origin {
  let isFull = true;
  return (origin) =>
    new Proxy(origin, {
      get: (target, key) => {
        if (key !== 'flip' || !isFull) return Reflect.get(target, key);
        return async () => {
          isFull = false;
          throw new OriginFullError('/public');
        };
      },
    });
}

/** Grants the wishes one after the other. The first process stops at that call; others go on with the wish it died in. */
async function live(house: ReleaseHouse, { wishes, peers }: Scenario, stopAt?: number, how: 'die' | 'freeze' = 'die') {
  const more = peers?.() ?? {};
  const first = house.process({ ...more, ...(stopAt !== undefined && { stopAt }), how });
  let { world, process } = first;
  for (const wish of wishes) {
    if (await outlives(process, wish(whileLively(process, verbsOf(house, world)), house))) continue;
    if (how === 'freeze') house.clock.pass(10_000); // its leases lapse
    expect(await brokenPromises(house)).toEqual([]);
    ({ world, process } = house.process(more));
    await wish(verbsOf(house, world), house);
  }
  return first.process;
}

/** A process that was frozen ends the verb it was in; it does not begin another one. */
function whileLively<Verbs extends object>(process: Mortal, verbs: Verbs): Verbs {
  return new Proxy(verbs, {
    get: (target, key) => {
      if (process.isStopped) throw new Error('this process was frozen, and was given nothing more to do');
      return Reflect.get(target, key);
    },
  });
}

/** false: the process has stopped, and what it was doing never ends. */
async function outlives(process: Mortal, work: Promise<void>): Promise<boolean> {
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  over.catch(() => undefined); // a thawed process is told that it is too late; asked for below
  while (!process.isStopped && !isOver) await pause(1);
  if (process.isStopped) return false;
  await over;
  return true;
}

const isFull = process.env['SLIPWAY_FULL_TESTS'] === '1';
if (!isFull) console.log('not checked: releases killed at every call (some are; SLIPWAY_FULL_TESTS=1 checks all)');
/** Every call of the full test, else about this many of each scenario. */
const SAMPLE = 5;
const sampled = (calls: readonly string[], offset: number): readonly number[] => {
  const step = isFull ? 1 : Math.max(1, Math.floor(calls.length / SAMPLE));
  return calls.map((_, at) => at).filter((at) => at % step === offset % step);
};

describe.each(SCENARIOS)('$name', (scenario) => {
  /** Frozen just before it points the staging view somewhere, it does that when it wakes: the one pointer that no user follows. */
  const compared = async (house: ReleaseHouse, how?: 'die' | 'freeze') => {
    const { staged, ...state } = await endState(house);
    if (scenario.isOnlySeen) return state.seen;
    return how === 'freeze' ? state : { ...state, staged };
  };

  const ofOne = async (stopAt?: number, how?: 'die' | 'freeze') => {
    const house = await ReleaseHouse.open(scenario.config);
    try {
      const process = await live(house, scenario, stopAt, how);
      const thawed = how === 'freeze' ? await thaw(house, process) : [];
      const promises = await brokenPromises(house);
      return {
        calls: process.calls,
        thawed,
        promises,
        open: await openIntents(house),
        state: await compared(house, how),
      };
    } finally {
      house.close();
    }
  };

  test('killed before or after any call to journal and origin, it ends as if it had not been', {
    timeout: 900_000,
  }, async () => {
    const unharmed = await ofOne();
    expect(unharmed).toMatchObject({ promises: [], open: 0 });
    for (const stopAt of sampled(unharmed.calls, 0)) {
      const killed = await ofOne(stopAt);
      const at = `killed at ${stopAt}, ${unharmed.calls[stopAt]}`;
      expect({ at, promises: killed.promises, open: killed.open }).toEqual({ at, promises: [], open: 0 });
      expect({ at, state: killed.state }).toEqual({ at, state: unharmed.state });
    }
  });

  test('frozen there, and woken when another has finished, it moves nothing', { timeout: 900_000 }, async () => {
    const unharmed = await ofOne(undefined, 'freeze');
    // Frozen before it has a lease, a verb has not begun: woken, it is a new one.
    const begun = sampled(unharmed.calls, 3).filter((at) => unharmed.calls[at] !== 'before journal.acquireLease');
    for (const stopAt of begun) {
      const frozen = await ofOne(stopAt, 'freeze');
      const at = `frozen at ${stopAt}, ${unharmed.calls[stopAt]}`;
      expect({ at, thawed: frozen.thawed, promises: frozen.promises }).toEqual({ at, thawed: [], promises: [] });
      expect({ at, state: frozen.state }).toEqual({ at, state: unharmed.state });
    }
  });
});

/** Lets the frozen process go on, and waits until it has given up. @returns what it has moved, which is nothing. */
async function thaw(house: ReleaseHouse, process: Mortal): Promise<readonly string[]> {
  const [before, head] = [await house.origin().current('stable'), await house.journal.head()];
  process.thaw();
  let calls = -1;
  while (calls !== process.calls.length) {
    calls = process.calls.length;
    await pause(30);
  }
  const after = await house.origin().current('stable');
  const added = await house.journal.readFrom(head, 100);
  return [
    ...(before?.number === after?.number ? [] : [`the pointer moved from ${before?.number} to ${after?.number}`]),
    ...added.map(({ stream, type }) => `${stream} got ${type}`),
  ];
}

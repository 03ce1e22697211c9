import { describe, expect, test } from 'vitest';
import { openHouse, person, proved } from '../../../test/support/release/open-houses.ts';
import { refusal } from '../../../test/support/release/verbs.ts';

const GATED = { gates: { lead: {} } };

describe('an approval names one plan', () => {
  test('another digest is refused with both, and nothing is recorded', async () => {
    const house = await openHouse(GATED);
    const id = await proved(house);
    const { digest } = await person(house).state(id);
    const head = await house.journal.head();
    for (const wrong of ['f'.repeat(12), digest.slice(0, 7), `${digest}0`]) {
      expect(await refusal(person(house, 'bob').say('approve', id, { digest: wrong }))).toMatchObject({
        code: 'SLIP_APPROVAL_DIGEST',
        exitCode: 6,
        message: expect.stringContaining(digest.slice(0, 12)),
      });
    }
    expect(await house.journal.head()).toBe(head);
    await person(house, 'bob').say('approve', id, { digest: digest.slice(0, 8).toUpperCase() });
    expect((await person(house).state(id)).words).toMatchObject([{ word: 'approved', by: 'bob', digest }]);
  });

  test('the last one records nothing more by itself: resume notes that the gates have passed, and goes on', async () => {
    const house = await openHouse(GATED);
    const id = await proved(house);
    await person(house, 'bob').say('approve', id);
    expect((await person(house).state(id)).phase).toBe('verified');
    expect(await person(house).resume(id)).toMatchObject({ exit: 0, phase: 'settled' });
    const types = (await house.journal.read(`release/${id}`)).map(({ type }) => type);
    expect(types.filter((type) => type === 'release.approved')).toHaveLength(1);
  });

  test('given while clients are still looking, it loses neither the approval nor the proof', async () => {
    const house = await openHouse(GATED);
    const { plan } = await person(house).plan('main');
    await person(house).stage(plan.release);
    let looks = 0;
    house.onVerify = async () => {
      looks += 1;
      await person(house, 'bob').say('approve', plan.release);
    };
    expect((await person(house).verify(plan.release)).exit).toBe(0);
    expect(looks).toBe(1);
    house.onVerify = () => undefined;
    expect((await person(house).promote(plan.release)).exit).toBe(0);
  });
});

describe('who may speak', () => {
  const rows = [
    ['a stranger', 'mallory', 'SLIP_APPROVAL_PERSON'],
    ['who planned and staged it', 'alice', 'SLIP_APPROVAL_PERSON'],
  ] as const;
  test.each(rows)('not %s', async (_, login, code) => {
    const house = await openHouse({ gates: { lead: { approvers: ['alice', 'bob'] } } });
    const id = await proved(house);
    expect(await refusal(person(house, login).say('approve', id))).toMatchObject({ code, exitCode: 6 });
  });

  test('their own release, when the gate says so', async () => {
    const house = await openHouse({ gates: { lead: { approvers: ['alice'], selfApproval: true } } });
    const id = await proved(house);
    await person(house).say('approve', id);
    expect((await person(house).resume(id)).exit).toBe(0);
  });

  test('one person at one gate', async () => {
    const house = await openHouse({ gates: { lead: {}, security: {} } });
    const id = await proved(house);
    await person(house, 'bob').say('approve', id, { gate: 'lead' });
    expect(await refusal(person(house, 'bob').say('approve', id, { gate: 'security' }))).toMatchObject({
      code: 'SLIP_APPROVAL_PERSON',
      message: expect.stringContaining('at gate lead'),
    });
    expect((await person(house).resume(id)).exit).toBe(3);
    await person(house, 'carol').say('approve', id, { gate: 'security' });
    expect((await person(house).resume(id)).exit).toBe(0);
  });

  test('at a gate that is there, and named when two could be meant', async () => {
    const house = await openHouse({ gates: { lead: {}, security: {} } });
    const id = await proved(house);
    expect(await refusal(person(house, 'bob').say('approve', id))).toMatchObject({
      code: 'SLIP_GATE_UNKNOWN',
      exitCode: 2,
    });
    expect(await refusal(person(house, 'bob').say('approve', id, { gate: 'x' }))).toMatchObject({ exitCode: 2 });
  });
});

describe('a rejection', () => {
  test('blocks, is named, and ends when the same person withdraws it', async () => {
    const house = await openHouse(GATED);
    const id = await proved(house);
    await person(house, 'bob').say('approve', id);
    await person(house, 'carol').say('reject', id, { reason: 'wrong day' });
    expect(await person(house).resume(id)).toMatchObject({
      exit: 3,
      sentence: expect.stringMatching(/rejected by carol.*"slipway withdraw main-1.1 --gate lead"/),
      next: 'slipway stage main-1.1',
    });
    await person(house, 'carol').say('withdraw', id);
    expect((await person(house).resume(id)).exit).toBe(0);
  });

  test('needs a word to be withdrawn', async () => {
    const house = await openHouse(GATED);
    const id = await proved(house);
    expect(await refusal(person(house, 'bob').say('withdraw', id))).toMatchObject({ code: 'SLIP_RELEASE_STATE' });
  });
});

test('only a staged plan can be spoken about, and nothing that users see already', async () => {
  const house = await openHouse(GATED);
  const { plan } = await person(house).plan('main');
  const refused = () => refusal(person(house, 'bob').say('approve', plan.release));
  expect(await refused()).toMatchObject({
    code: 'SLIP_RELEASE_STATE',
    exitCode: 6,
    remedy: expect.stringContaining('stage'),
  });
  await person(house).verify(plan.release);
  await person(house, 'bob').say('approve', plan.release);
  await person(house).promote(plan.release);
  expect(await refused()).toMatchObject({ code: 'SLIP_RELEASE_STATE', remedy: 'Nothing is left to decide.' });
});

test('two who speak at the same moment are both heard', async () => {
  const house = await openHouse({ gates: { lead: { min: 2 } } });
  const id = await proved(house);
  await Promise.all(['bob', 'carol'].map((login) => person(house, login).say('approve', id)));
  expect((await person(house).resume(id)).exit).toBe(0);
});

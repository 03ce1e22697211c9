import { describe, expect, test } from 'vitest';
import { openHouse, person, seen } from '../../../test/support/release/open-houses.ts';
import { refusal, released } from '../../../test/support/release/verbs.ts';
import { build } from '../../../test/support/simulated/run-config.ts';
import { toInstant } from '../../kernel/instant.ts';

const DAY_MS = 86_400_000;

describe('a version is given once', () => {
  test('an open release is named, with what to do, and no version is spent', async () => {
    const house = await openHouse();
    await person(house).plan('main');
    const head = await house.journal.head();
    expect(await refusal(person(house).plan('main'))).toMatchObject({
      code: 'SLIP_RELEASE_OPEN',
      exitCode: 6,
      message: expect.stringContaining('main-1.1'),
      remedy: expect.stringContaining('slipway resume main-1.1'),
    });
    expect(await house.journal.head()).toBe(head);
  });

  test('of ten that plan at the same time one gets the version, the others read which', async () => {
    const house = await openHouse();
    const all = await Promise.allSettled(Array.from({ length: 10 }, () => person(house).plan('main')));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const one of all) {
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'SLIP_RELEASE_OPEN' });
    }
    const line = await house.journal.read('line/main');
    expect(line.map(({ type }) => type)).toEqual(['version.allocated', 'release.opened']);
  });

  test('a version that was given up stays spent', async () => {
    const house = await openHouse();
    await person(house).plan('main');
    await person(house).abandon('main-1.1');
    expect(await refusal(person(house).plan('main', { version: '1.1' }))).toMatchObject({
      code: 'SLIP_VERSION_REFUSED',
      exitCode: 6,
    });
    expect((await person(house).plan('main')).plan.version).toBe('1.2');
  });

  test('a line that is not in the config is named with those that are', async () => {
    const house = await openHouse();
    expect(await refusal(person(house).plan('nowhere'))).toMatchObject({
      code: 'SLIP_LINE_UNKNOWN',
      exitCode: 2,
      remedy: expect.stringContaining('main, lts'),
    });
  });

  test('a channel that holds packages already asks for the first version of a new line', async () => {
    const house = await openHouse();
    await released(house);
    expect(await refusal(person(house).plan('lts'))).toMatchObject({ code: 'SLIP_VERSION_NEEDED', exitCode: 6 });
    expect((await person(house).plan('lts', { version: '0.7' })).plan.release).toBe('lts-0.7');
  });
});

describe('whatever can be refused is refused before the version is spent', () => {
  const nothingWritten = async (house: Awaited<ReturnType<typeof openHouse>>, code: string, exitCode: number) => {
    const head = await house.journal.head();
    expect(await refusal(person(house).plan('main'))).toMatchObject({ code, exitCode });
    expect(await house.journal.head()).toBe(head);
  };

  test('steps that need each other', async () => {
    const house = await openHouse();
    const packages = { deb: build('deb', ['tar']), tar: build('tar', ['deb']) };
    house.config = { ...house.config, packages: { ...house.config.packages, ...packages } };
    await nothingWritten(house, 'SLIP_STEP_CYCLE', 2);
  });

  test('a key that ends before promote and keep are over', async () => {
    const house = await openHouse();
    house.key = { ...house.key, expiresAt: toInstant(house.clock.now() + 7 * DAY_MS) };
    await nothingWritten(house, 'SLIP_SIGNING_KEY_ENDS', 6);
  });

  test("a version that apt would not call newer, after a package's epoch was dropped", async () => {
    const house = await openHouse({ debVersion: '1:${{ version }}' });
    await released(house);
    house.config = { ...house.config, packages: { ...house.config.packages, deb: build('deb', []) } };
    await nothingWritten(house, 'SLIP_VERSION_REFUSED', 6);
  });

  test('the journal of another origin', async () => {
    const [house, other] = [await openHouse(), await openHouse({}, 'other')];
    await released(house);
    const stranger = person(other, 'alice', { origin: () => house.origin() });
    expect(await refusal(stranger.plan('main', { version: '1.7' }))).toMatchObject({
      code: 'SLIP_JOURNAL_OUTRUN',
      exitCode: 6,
    });
    expect(await other.journal.head()).toBe(0);
  });

  test('an older copy of the journal that was written on since: its position holds something else', async () => {
    const [house, copy] = [await openHouse(), await openHouse()]; // two journals of one id
    await released(house);
    const { current } = await person(house).plan('main', { dryRun: true });
    await released(copy, 'lts');
    expect(await copy.journal.head()).toBeGreaterThanOrEqual(current!.journal.position);
    const onHouse = person(copy, 'alice', { origin: () => house.origin() });
    expect(await refusal(onHouse.plan('main', { version: '1.2' }))).toMatchObject({
      code: 'SLIP_JOURNAL_OUTRUN',
      exitCode: 6,
      message: expect.stringContaining('says something else'),
    });
  });
});

describe('a key that ends soon is said, and stops nothing', () => {
  test.each([
    [90, undefined],
    [59, 'warning'],
    [13, 'error'],
  ])('in %i days: %s', async (days, severity) => {
    const house = await openHouse();
    house.key = { ...house.key, expiresAt: toInstant(house.clock.now() + days * DAY_MS) };
    const { warnings } = await person(house).plan('main', { dryRun: true });
    expect(warnings.map((row) => row.severity)).toEqual(severity === undefined ? [] : [severity]);
    if (severity !== undefined) expect(warnings[0]).toMatchObject({ path: 'signing.gpg', says: /expires in/ });
  });
});

test('a dry run writes nothing', async () => {
  const house = await openHouse();
  const { release, plan } = await person(house).plan('main', { dryRun: true });
  expect({ release, id: plan.release, head: await house.journal.head() }).toEqual({
    release: undefined,
    id: 'main-1.1',
    head: 0,
  });
});

test('two lines share a channel: latest stays with the greatest version, and an older line can be mended', async () => {
  const house = await openHouse();
  await released(house);
  await released(house, 'lts', '0.1');
  expect(await seen(house)).toMatchObject({
    latest: '1.1',
    files: ['hello-1.1.tar.gz', 'hello-lts-0.1.tar.gz', 'hello-lts_0.1_all.deb', 'hello_1.1_all.deb'],
  });
  // The same packages under both lines: a fix of the older one is no step back of the newer one.
  const { lines } = house.config;
  house.config = { ...house.config, lines: { ...lines, lts: { ...lines['lts']!, packages: ['deb', 'tar'] } } };
  await released(house, 'lts');
  expect(await seen(house)).toMatchObject({ latest: '1.1', files: expect.arrayContaining(['hello_0.2_all.deb']) });
});

test('the config is read again until something is staged; what makes it impossible to release is refused, and nothing is lost', async () => {
  const house = await openHouse();
  await person(house).plan('main');
  house.config = { ...house.config, lines: { other: house.config.lines['main']! } };
  const planned = house.planned;
  expect(await refusal(person(house).resume('main-1.1', { planned }))).toMatchObject({ code: 'SLIP_LINE_UNKNOWN' });
  expect((await person(house).resume('main-1.1')).exit).toBe(0);
});

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { SealedGeneration } from '../../src/ports/origin.ts';
import { DAY_MS, type OriginFixture } from '../support/origin-fixture.ts';

const refused = (code: string) => expect.objectContaining({ code, exitCode: 6 });

/** Everything that every origin must keep to; `create` gives a new, empty one, removed after the test. */
export function describeOrigin(create: () => Promise<OriginFixture>): void {
  const withOrigin =
    (check: (world: OriginFixture) => Promise<void>): (() => Promise<void>) =>
    async () => {
      const world = await create();
      try {
        await check(world);
      } finally {
        await world.remove();
      }
    };
  const findings = async (world: OriginFixture, number: number) => {
    const found: unknown[] = [];
    for await (const finding of world.origin.audit('stable', number)) found.push(finding);
    return found;
  };
  const versions = (generation: SealedGeneration) => generation.repositories['apt']?.packages.map((p) => p.version);

  test(
    'an empty origin has no channel, no generation and no pointer',
    withOrigin(async ({ origin }) => {
      expect(await origin.channels()).toEqual([]);
      expect(await origin.generations('stable')).toEqual([]);
      expect(await origin.current('stable')).toBeUndefined();
      expect(await origin.staged('stable')).toBeUndefined();
      await expect(origin.generation('stable', 1)).rejects.toEqual(refused('SLIP_GENERATION_NOT_SEALED'));
    }),
  );

  test(
    'a generation comes back as it was planned, in this process and in another',
    withOrigin(async (world) => {
      const plan = await world.plan(
        'main-1.0',
        [await world.deb('hello', '1.0'), await world.file('a.zip', '1.0')],
        '1.0',
      );
      const sealed = await world.origin.write(plan, world.settings);
      expect(sealed).toMatchObject({
        channel: 'stable',
        number: 1,
        parent: null,
        release: 'main-1.0',
        date: plan.date,
      });
      expect(sealed.journal).toEqual(plan.journal);
      expect(sealed.repositories).toEqual(plan.repositories);
      expect(await world.reopen().generation('stable', 1)).toEqual(sealed);
      expect(await world.reopen().generations('stable')).toEqual([expect.objectContaining({ digest: sealed.digest })]);
      expect(await world.origin.channels()).toEqual(['stable']);
      expect(await findings(world, 1)).toEqual([]);
    }),
  );

  test(
    'a generation that is written is seen by nobody until the pointer moves to it',
    withOrigin(async (world) => {
      const sealed = await world.stage('main-1.0', [await world.deb('hello', '1.0')]);
      expect(await world.origin.current('stable')).toBeUndefined();
      await world.origin.stage('stable', sealed.number);
      expect(await world.origin.staged('stable')).toEqual({ number: 1, digest: sealed.digest });
      expect(await world.origin.current('stable')).toBeUndefined();
      await world.promote(sealed);
      expect(await world.reopen().current('stable')).toEqual({ number: 1, digest: sealed.digest });
      await world.origin.stage('stable', null);
      expect(await world.origin.staged('stable')).toBeUndefined();
      await expect(world.origin.stage('stable', 7)).rejects.toEqual(refused('SLIP_GENERATION_NOT_SEALED'));
    }),
  );

  test(
    'writing the same plan again is the same as once; another plan under that number is refused',
    withOrigin(async (world) => {
      const plan = await world.plan('main-1.0', [await world.deb('hello', '1.0')]);
      const [one, two] = await Promise.all([
        world.origin.write(plan, world.settings),
        world.reopen().write(plan, world.settings),
      ]);
      expect(two).toEqual(one);
      expect(await world.reopen().write(plan, world.settings)).toEqual(one);
      const later = { ...plan, journal: { ...plan.journal, position: 999 } };
      expect(await world.origin.write(later, world.settings)).toEqual(one);

      for (const other of [
        { ...plan, release: 'main-9' },
        { ...plan, journal: { id: 'another journal', position: 10 } },
        { ...plan, repositories: {} },
      ])
        await expect(world.origin.write(other, world.settings)).rejects.toEqual(refused('SLIP_GENERATION_TAKEN'));
      expect(await world.reopen().generation('stable', 1)).toEqual(one);
    }),
  );

  test(
    'every version stays listed that the parent lists',
    withOrigin(async (world) => {
      await world.release('main-1.0', [await world.deb('hello', '1.0')]);
      const second = await world.release('main-1.1', [await world.deb('hello', '1.1')]);
      expect(second.parent).toBe(1);
      expect(versions(second)).toEqual(['1.0', '1.1']);
      expect(await findings(world, 2)).toEqual([]);
    }),
  );

  test(
    'a pointer moves only from where it was said to be',
    withOrigin(async (world) => {
      const first = await world.stage('main-1.0', [await world.deb('hello', '1.0')]);
      const wrong = { before: { number: 7, digest: first.digest }, after: first, epoch: 1 };
      await expect(world.origin.flip('stable', wrong)).rejects.toEqual(refused('SLIP_POINTER_MOVED'));
      expect(await world.origin.current('stable')).toBeUndefined();
      await world.promote(first);
      const second = await world.release('main-1.1', [await world.deb('hello', '1.1')]);
      const third = await world.stage('main-1.2', [await world.deb('hello', '1.2')]);
      await expect(world.origin.flip('stable', { before: first, after: third, epoch: 9 })).rejects.toEqual(
        refused('SLIP_POINTER_MOVED'),
      );
      expect(await world.origin.current('stable')).toMatchObject({ number: second.number });
    }),
  );

  test(
    'moving to what is there already is done',
    withOrigin(async (world) => {
      const first = await world.release('main-1.0', [await world.deb('hello', '1.0')]);
      await world.origin.flip('stable', { before: null, after: first, epoch: 99 });
      expect(await world.origin.current('stable')).toMatchObject({ number: 1 });
    }),
  );

  test(
    'a pointer never moves back: an undo is old content under a new number, with a later date',
    withOrigin(async (world) => {
      const first = await world.release('main-1.0', [await world.deb('hello', '1.0')]);
      const second = await world.release('main-1.1', [await world.deb('hello', '1.1')]);
      await expect(world.origin.flip('stable', { before: second, after: first, epoch: 99 })).rejects.toEqual(
        refused('SLIP_POINTER_BACKWARDS'),
      );
      const undo = await world.origin.write(world.planContent('main-1.1', first.repositories, second), world.settings);
      await world.promote(undo);
      expect(versions(undo)).toEqual(['1.0']);
      expect(undo.date).toBeGreaterThan(second.date);
      expect(await world.origin.current('stable')).toMatchObject({ number: 3 });
    }),
  );

  test(
    'the very first promotion is undone to an empty signed index without latest',
    withOrigin(async (world) => {
      const first = await world.release(
        'main-1.0',
        [await world.deb('hello', '1.0'), await world.file('a.zip', '1.0')],
        '1.0',
      );
      expect(first.repositories['files']?.latest).toBe('1.0');
      const empty = { apt: { packages: [] }, files: { packages: [] } };
      const undo = await world.origin.write(world.planContent('main-1.0', empty, first), world.settings);
      await world.promote(undo);
      expect(undo.repositories).toEqual(empty);
      expect(await findings(world, undo.number)).toEqual([]);
    }),
  );

  test(
    'a conductor with an older epoch is too late, even when the pointer is where it expects it',
    withOrigin(async (world) => {
      const first = await world.stage('main-1.0', [await world.deb('hello', '1.0')]);
      await world.origin.flip('stable', { before: null, after: first, epoch: 7 });
      const second = await world.stage('main-1.1', [await world.deb('hello', '1.1')]);
      await expect(world.reopen().flip('stable', { before: first, after: second, epoch: 6 })).rejects.toEqual(
        refused('SLIP_ORIGIN_FENCED'),
      );
      expect(await world.origin.current('stable')).toMatchObject({ number: 1 });
      await world.reopen().flip('stable', { before: first, after: second, epoch: 7 });
      expect(await world.origin.current('stable')).toMatchObject({ number: 2 });
    }),
  );

  test(
    'of many that move the pointer at once exactly one does',
    withOrigin(async (world) => {
      const first = await world.release('main-1.0', [await world.deb('hello', '1.0')]);
      const rivals = [];
      for (const version of ['1.1', '1.2', '1.3', '1.4'])
        rivals.push(await world.stage(`main-${version}`, [await world.deb('hello', version)]));
      const outcomes = await Promise.allSettled(
        rivals.map((after) => world.reopen().flip('stable', { before: first, after, epoch: 50 })),
      );
      const won = rivals.filter((_, at) => outcomes[at]?.status === 'fulfilled');
      expect(won).toHaveLength(1);
      expect(await world.origin.current('stable')).toMatchObject({ number: won[0]?.number });
    }),
  );

  test(
    'bytes never change under a name that users have seen, at once, after an undo, and after the file was swept',
    withOrigin(async (world) => {
      const [hello, zip] = [await world.deb('hello', '1.0'), await world.file('a.zip', '1.0')];
      const first = await world.release('main-1.0', [hello, zip], '1.0');
      const rebuilt = [await world.deb('hello', '1.0', 'all', 'rebuilt'), await world.file('a.zip', '1.0', 'rebuilt')];
      const attempt = async (listed: (typeof rebuilt)[number], parent: SealedGeneration | undefined) => {
        const name = listed.facts.format === 'deb' ? 'apt' : 'files';
        const content = { apt: { packages: [] }, files: { packages: [] }, [name]: { packages: [listed] } };
        return world.origin.write(world.planContent('main-1.0', content, parent), world.settings);
      };
      for (const listed of rebuilt) await expect(attempt(listed, first)).rejects.toEqual(refused('SLIP_BYTES_CHANGED'));

      const empty = { apt: { packages: [] }, files: { packages: [] } };
      let last = first;
      for (let i = 0; i < 6; i += 1) {
        world.now = (world.now + 30 * DAY_MS) as typeof world.now;
        last = await world.origin.write(world.planContent('main-1.0', empty, last), world.settings);
        await world.promote(last);
      }
      const future = (Date.now() + 365 * DAY_MS) as typeof world.now;
      const swept = await world.origin.sweep('stable', { keepMs: 7 * DAY_MS, now: future, needed: new Set() });
      expect(swept.join('\n')).toMatch(/pool\/stable\/(apt\/h|apt)/);
      for (const listed of rebuilt) await expect(attempt(listed, last)).rejects.toEqual(refused('SLIP_BYTES_CHANGED'));
      const again = await attempt(hello, last);
      expect(await findings(world, again.number)).toEqual([]);
    }),
  );

  test(
    'a candidate that nobody saw may be built again with other bytes',
    withOrigin(async (world) => {
      await world.release('main-1.0', [await world.deb('hello', '1.0')]);
      await world.stage('main-1.1', [await world.deb('hello', '1.1'), await world.file('a.zip', '1.1')], '1.1');
      const rebuilt = [await world.deb('hello', '1.1', 'all', 'rebuilt'), await world.file('a.zip', '1.1', 'rebuilt')];
      const second = await world.stage('main-1.1', rebuilt, '1.1');
      expect(await findings(world, second.number)).toEqual([]);
      await world.promote(second);
    }),
  );

  test(
    'a sweep keeps what is live, staged, needed, young, or among the last five, and all that they list',
    withOrigin(async (world) => {
      for (let minor = 0; minor < 9; minor += 1) {
        world.now = (world.now + 30 * DAY_MS) as typeof world.now;
        await world.release(`main-1.${minor}`, [await world.deb('hello', `1.${minor}`)]);
      }
      const later = (Date.now() + 2 * DAY_MS) as typeof world.now; // files in the pool are young for a day, by the disk's own clock
      const options = { keepMs: 7 * DAY_MS, now: later, needed: new Set([2]) };
      const swept = await world.origin.sweep('stable', options);
      expect(swept).toEqual(['gen/stable/1', 'gen/stable/3', 'gen/stable/4']);
      expect((await world.origin.generations('stable')).map(({ number }) => number)).toEqual([2, 5, 6, 7, 8, 9]);
      for (const { number } of await world.origin.generations('stable'))
        expect(await findings(world, number)).toEqual([]);
      await expect(world.origin.generation('stable', 1)).rejects.toEqual(refused('SLIP_GENERATION_NOT_SEALED'));
      expect(await world.origin.sweep('stable', options)).toEqual([]);
    }),
  );

  test(
    'an audit names every file that is missing or changed',
    withOrigin(async (world) => {
      const { number } = await world.release(
        'main-1.0',
        [await world.deb('hello', '1.0'), await world.file('a.zip', '1.0')],
        '1.0',
      );
      const { chmod, rm, writeFile } = await import('node:fs/promises');
      const inRelease = join(world.root, 'gen/stable/1/apt/dists/stable/InRelease');
      await chmod(inRelease, 0o644);
      await writeFile(inRelease, (await readFile(inRelease, 'utf8')).replace('Suite', 'Sweet'));
      await rm(join(world.root, 'pool/stable/files/1.0/a.zip'));
      await rm(join(world.root, 'gen/stable/1/files/latest'));
      expect(await findings(world, number)).toEqual([
        { path: 'gen/stable/1/apt/dists/stable/InRelease', problem: expect.stringMatching(/^its sha256 is/) },
        { path: 'pool/stable/files/1.0/a.zip', problem: 'missing' },
        { path: 'gen/stable/1/files/latest', problem: 'it is missing, not a link to 1.0' },
      ]);
    }),
  );
}

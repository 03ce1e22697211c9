import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OriginLock } from '../../../src/adapters/origin-disk/origin-lock.ts';
import { OriginFixture } from '../origin-fixture.ts';

/**
 * A conductor's process as far as the origin sees it. `publish.ts FOLDER TASK ...`, where FOLDER is an OriginFixture's:
 *   publish VERSION             stages and promotes it
 *   hold                        takes the origin's lock, says so, and keeps it
 *   flip BEFORE AFTER EPOCH     says that it is about to move the pointer, waits to be told, moves it, says how that ended
 *   read                        reads the live index as clients do until it is told to stop, and says what it saw
 */
const [folder = '', task = '', ...args] = process.argv.slice(2);
const world = await OriginFixture.open(folder);
const tell = (message: unknown): void => void process.send?.(message);

const tasks: Readonly<Record<string, () => Promise<void>>> = {
  async publish() {
    const [version = ''] = args;
    const packages = [await world.deb('hello', version), await world.file('a.zip', version)];
    await world.release(`main-${version}`, packages, version);
  },
  async hold() {
    await new OriginLock(world.root).hold(async () => {
      tell('holding');
      await once(process, 'message');
    });
  },
  async flip() {
    const [before, after, epoch] = args.map(Number);
    const [from, to] = [
      await world.origin.generation('stable', before ?? 0),
      await world.origin.generation('stable', after ?? 0),
    ];
    tell('about to move');
    await once(process, 'message');
    await world.origin.flip('stable', { before: from, after: to, epoch: epoch ?? 0 }).then(
      () => tell('moved'),
      (error: { code: string }) => tell(error.code),
    );
  },
  async read() {
    let isOver = false;
    process.once('message', () => {
      isOver = true;
    });
    const seen = new Set<string>();
    const missing: string[] = [];
    let reads = 0;
    tell('reading');
    for (; !isOver; reads += 1) {
      try {
        readAsClient(seen);
      } catch (error) {
        missing.push(String(error));
      }
      if (reads % 20 === 0) await new Promise(setImmediate); // messages come in between
    }
    tell({ reads, states: seen.size, missing });
  },
};

/** What apt does: the signed file first, then the index that it names, by its digest. */
function readAsClient(seen: Set<string>): void {
  const live = join(world.root, 'debian/dists/stable');
  const inRelease = readFileSync(join(live, 'InRelease'), 'utf8');
  const [, hash = '', path = ''] = / ([0-9a-f]{64}) \d+ (\S+)\/Packages\.gz/.exec(inRelease) ?? [];
  readFileSync(join(live, path, 'by-hash/SHA256', hash));
  readFileSync(join(world.root, 'download/latest/a.zip'));
  seen.add(inRelease);
}

await tasks[task]?.();
process.disconnect?.();

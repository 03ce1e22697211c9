import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { containerOf, linesOf, saidBy, specOf } from '../../../test/contracts/executor.ts';
import { LocalAgent } from '../../../test/support/local-agent.ts';
import { canMount, Tmpfs } from '../../../test/support/tmpfs.ts';
import type { AttemptSpec } from '../../domain/run/attempt.ts';

const nobody = () => new AbortController().signal;
const canFill = canMount('a disk that fills up under a step');

describe.skipIf(!canFill)('a full disk under a step', () => {
  let disk: Tmpfs;
  let agent: LocalAgent;
  beforeEach(async () => {
    disk = new Tmpfs(2 * 1024 * 1024);
    agent = await LocalAgent.make(disk.path);
  });
  afterEach(async () => {
    await agent.close();
    disk.close();
  });

  const exitOf = async (spec: AttemptSpec) => {
    const sighting = await agent.again().wait(spec.name, nobody());
    return sighting.state === 'exited' ? sighting.exit : sighting.state;
  };

  test.each([
    ['the log fills the disk', 'yes "a line of a log" | head -c 20000000'],
    [
      'the log fills the disk and the script does not care',
      '(yes "a line of a log" || true) | head -c 20000000; exit 0',
    ],
    ['the work folder fills the disk', 'head -c 20000000 /dev/zero > big || true; yes | head -c 100000'],
  ])('%s: the attempt has failed, says why, and nothing of it goes on', async (_what, script) => {
    const spec = specOf([containerOf(script), containerOf('echo never', { name: 'next' })]);
    await agent.executor.start(spec);
    expect(await exitOf(spec)).toEqual({
      how: 'agent',
      code: 'SLIP_AGENT_DISK_FULL',
      message: expect.stringContaining(`${spec.name}/log`),
    });
    expect(disk.freeBytes()).toBeLessThanOrEqual(8192); // what the record of the exit gave back
    expect((await linesOf(agent.executor, spec.name)).map(({ container }) => container)).not.toContain('next');
  });

  test('the last words of a script that ended well do not fit: the attempt has failed all the same', async () => {
    const late = '(sleep 0.05; head -c 30000 /dev/zero) &'; // heard while what the script left running is waited for
    const spec = specOf([containerOf(`head -c 20000000 /dev/zero > big || true; ${late} exit 0`)]);
    await agent.executor.start(spec);
    expect(await exitOf(spec)).toMatchObject({ how: 'agent', code: 'SLIP_AGENT_DISK_FULL' });
  });

  test('it was full before the step began: nothing was begun, and it can be once there is room', async () => {
    const spec = specOf([containerOf('echo built')]);
    disk.fill();
    await expect(agent.executor.start(spec)).rejects.toMatchObject({ code: 'SLIP_AGENT_DISK_FULL' });
    expect(await agent.executor.lookup(spec.name)).toEqual({ state: 'absent' });
    disk.free();
    await agent.executor.start(spec);
    expect(await exitOf(spec)).toEqual({ how: 'exit', container: 'run', code: 0 });
    expect(await saidBy(agent.executor, spec.name)).toEqual(['built']);
  });

  test('a step on a full disk can still be stopped, and its end is recorded', async () => {
    const spec = specOf([containerOf('echo ready; sleep 60')]);
    await agent.executor.start(spec);
    for await (const { text } of agent.executor.logs(spec.name, { follow: true, signal: nobody() })) {
      if (text === 'ready') break;
    }
    disk.fill();
    // The last page of the log has room yet: not a word of the end must fit.
    const fillPage = () => {
      for (;;) appendFileSync(join(agent.folderOf(spec.name), 'log'), ' ');
    };
    expect(fillPage).toThrow('ENOSPC');
    await agent.executor.stop(spec.name, 'alice cancelled it');
    expect(await exitOf(spec)).toMatchObject({ how: 'stopped' });
  });

  test('however little room there is, a step has begun and ends with a record, or has not begun', async () => {
    for (let room = 0; room <= 64 * 1024; room += 4096) {
      const spec = specOf([containerOf('echo built')]);
      disk.fill(room);
      const began = await agent.executor.start(spec).then(
        () => true,
        (error: { code: string }) => {
          expect(error.code).toMatch(/DISK_FULL$/);
          return false;
        },
      );
      const seen = began ? await exitOf(spec) : (await agent.executor.lookup(spec.name)).state;
      if (!began) expect(seen).toBe('absent');
      else if ((seen as { how: string }).how !== 'agent')
        expect(await saidBy(agent.executor, spec.name)).toEqual(['built']);
      else expect(seen).toMatchObject({ code: 'SLIP_AGENT_DISK_FULL' });
      disk.free();
    }
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { expect, test } from 'vitest';
import { TooManyFilesError } from './too-many-files-error.ts';
import { withStreams } from './with-streams.ts';

test('a program is started with its streams', async () => {
  const child = withStreams(spawn('cat'));
  child.stdin.end('hello');
  const [said] = await once(child.stdout.setEncoding('utf8'), 'data');
  expect(said).toBe('hello');
  await once(child, 'close');
});

test('one that is not there says so as an event, as ever', async () => {
  const child = withStreams(spawn('/nonexistent/program'));
  await expect(once(child, 'close')).rejects.toMatchObject({ code: 'ENOENT' });
});

test('without a free file descriptor it is refused at once, and nothing is thrown past the caller later', async () => {
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch (error) {
    expect(error).toMatchObject({ code: 'EMFILE' });
  }
  try {
    expect(() => withStreams(spawn('true'))).toThrow(TooManyFilesError);
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    for (const file of taken) closeSync(file);
  }
  const child = withStreams(spawn('true'));
  expect(await once(child, 'close')).toEqual([0, null]);
});

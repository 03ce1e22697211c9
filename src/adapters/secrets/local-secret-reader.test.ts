import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SecretReference } from '../../domain/config/resolved-config.ts';
import { LocalSecretReader } from './local-secret-reader.ts';

let folder: string;
let warnings: string[][];
let secrets: LocalSecretReader;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-secrets-'));
  warnings = [];
  secrets = new LocalSecretReader({
    env: { TOKEN: 's3cret\n', NOTHING: '' },
    onWarning: (...words) => warnings.push(words),
  });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const read = (reference: string) => secrets.read(reference as SecretReference);

async function fileWith(content: string | Uint8Array, mode = 0o600): Promise<string> {
  const path = join(folder, 'secret');
  await writeFile(path, content);
  await chmod(path, mode);
  return path;
}

test('a variable is given as it is', async () => expect(await read('env:TOKEN')).toBe('s3cret\n'));

test.each([
  ['one line end at the end is left out', 'pass\n', 'pass'],
  ['also when it is from Windows', 'pass\r\n', 'pass'],
  ['but only one: the others may be meant', 'pass\n\n', 'pass\n'],
  ['spaces belong to the secret', ' pass ', ' pass '],
  ['lines within it stay', '-----BEGIN-----\nabc\n-----END-----\n', '-----BEGIN-----\nabc\n-----END-----'],
  ['a byte order mark is no part of it', '\ufeffpass\n', 'pass'],
])('of a file %s', async (_, content, value) => {
  expect(await read(`file:${await fileWith(content)}`)).toBe(value);
  expect(warnings).toEqual([]);
});

test('a file that every user can read is used, and said once', async () => {
  const path = await fileWith('pass', 0o644);
  await read(`file:${path}`);
  await read(`file:${path}`);
  expect(warnings).toEqual([
    [`Every user of this machine can read the secret file ${path} (mode 0644).`, `chmod 600 ${path}`],
  ]);
});

test('a link is followed, as in a mounted Kubernetes Secret, and the file behind it is what is judged', async () => {
  await symlink(await fileWith('pass', 0o640), join(folder, 'link'));
  expect(await read(`file:${join(folder, 'link')}`)).toBe('pass');
  expect(warnings).toEqual([]);
});

describe('a secret that cannot be read is an error of the configuration, which names its place', () => {
  const missing = (problem: string) => ({
    code: 'SLIP_SECRET_MISSING',
    exitCode: 2,
    message: expect.stringContaining(problem),
    remedy: expect.stringMatching(/\w/),
  });

  test.each([
    ['env:ABSENT', 'env:ABSENT cannot be read: that variable is not set'],
    ['env:NOTHING', 'env:NOTHING cannot be read: that variable is empty'],
    ['file:/no/such/file', 'file:/no/such/file cannot be read: there is no such file'],
    ['file:/etc/passwd/deeper', 'there is no such file'],
    ['file:relative/key.asc', 'not absolute'],
    ['file:/etc', 'not a file'],
    ['kube:signing/key', 'only a pod'],
  ])('%s', (reference, problem) => expect(read(reference)).rejects.toMatchObject(missing(problem)));

  test.each([
    ['empty', ''],
    ['nothing but a line end', '\n'],
  ])('%s', async (_, content) => {
    await expect(read(`file:${await fileWith(content)}`)).rejects.toMatchObject(missing('it is empty'));
  });

  test('no text, or by far too long', async () => {
    await expect(read(`file:${await fileWith(Buffer.from([0x99, 0xff, 0x00]))}`)).rejects.toMatchObject(
      missing('not text'),
    );
    const path = await fileWith('x');
    await truncate(path, 2 ** 30);
    await expect(read(`file:${path}`)).rejects.toMatchObject(missing('1073741824 bytes'));
  });

  test('a pipe that nobody writes to does not stop the release', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await expect(read(`file:${join(folder, 'pipe')}`)).rejects.toMatchObject(missing('not a file'));
  });

  test('a secret written where its place belongs is never repeated', async () => {
    await expect(read('hunter2')).rejects.toMatchObject({ message: expect.not.stringContaining('hunter2') });
    await expect(read('hunter2:more')).rejects.toMatchObject({ message: expect.not.stringContaining('hunter2') });
  });
});

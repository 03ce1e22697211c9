import { execFileSync } from 'node:child_process';
import { renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { httpGet } from '../../../test/support/http-get.ts';
import { ServedOrigin } from '../../../test/support/served-origin.ts';

let origin: ServedOrigin;
beforeEach(() => {
  origin = new ServedOrigin();
});
afterEach(() => origin.remove());

const text = async (base: string, target: string) => (await httpGet(base, target)).body.toString();

describe('what is shown', () => {
  test('live is what the pointer names, and a promotion is seen by the next request', async () => {
    const base = await origin.serve();
    expect(base).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await text(base, '/debian/dists/stable/InRelease')).toBe('signed 1.1\n');
    symlinkSync('2', join(origin.root, 'gen/stable/.next'));
    renameSync(join(origin.root, 'gen/stable/.next'), join(origin.root, 'gen/stable/current'));
    expect(await text(base, '/debian/dists/stable/InRelease')).toBe('signed 1.2\n');
  });

  test('a staging view shows the sealed generation at the addresses users will have, and live stays as it is', async () => {
    const [staging, live] = [await origin.serve({ channel: 'stable', number: 2 }), await origin.serve()];
    expect(await text(staging, '/debian/dists/stable/InRelease')).toBe('signed 1.2\n');
    expect(await text(staging, '/debian/pool/h/hello_1.1_all.deb')).toBe('a deb');
    expect(await text(live, '/debian/dists/stable/InRelease')).toBe('signed 1.1\n');
  });

  test('client files and pages of a repository name the view itself, the files of a release keep their bytes', async () => {
    const base = await origin.serve({ channel: 'stable', number: 2 });
    expect(await text(base, '/debian/hello.sources')).toBe(`URIs: ${base}/debian\n`);
    expect(await text(base, '/get/download/')).toContain(`href="${base}/download/1.2/"`);
    expect(await text(base, '/get/download/1.2/index.html')).toBe(`their own page, ${ServedOrigin.public}/download`);
  });

  test('a folder is found with a slash at its end, and is never listed', async () => {
    const base = await origin.serve();
    expect(await httpGet(base, '/debian')).toMatchObject({ status: 301, headers: { location: '/debian/' } });
    expect((await httpGet(base, '/debian/dists/')).status).toBe(404);
  });

  test('"latest" without a link on disk is a redirect to the promoted version', async () => {
    const live = await httpGet(await origin.serve(), '/get/download/latest/hello-1.1.tar.gz');
    expect(live).toMatchObject({ status: 302, headers: { location: '/get/download/1.1/hello-1.1.tar.gz' } });
    const staging = await httpGet(await origin.serve({ channel: 'stable', number: 2 }), '/get/download/latest/');
    expect(staging).toMatchObject({ status: 302, headers: { location: '/get/download/1.2/' } });
    expect((await httpGet(await origin.serve(), '/debian/latest/')).status).toBe(404);
  });

  test('a channel that was never promoted has nothing, and no error', async () => {
    symlinkSync('gen/weekly/current/apt', join(origin.root, 'debian-weekly'));
    const base = await origin.serve();
    expect((await httpGet(base, '/debian-weekly/dists/stable/InRelease')).status).toBe(404);
    expect((await httpGet(base, '/debian-weekly/latest/x')).status).toBe(404);
  });
});

describe('what is never shown', () => {
  test.each([
    '/../secret',
    '/debian/../../secret',
    '/%2e%2e/secret',
    '/debian/%2e%2e/%2E%2E/secret',
    '/..%2fsecret',
    '/debian%2fhello.sources',
    '/debian/..\\..\\secret',
    '//debian/hello.sources',
    '/debian//hello.sources',
    '/debian/./hello.sources',
    '/debian/hello.sources%00.html',
    '/%',
    '/%ff/hello',
    'http://127.0.0.1/debian/hello.sources',
    '*',
  ])('%s', async (target) => {
    const { status, body } = await httpGet(await origin.serve(), target);
    expect([400, 404]).toContain(status);
    expect(body.toString()).not.toContain('of this machine');
  });

  test('a link that leads out of the origin', async () => {
    symlinkSync('../secret', join(origin.root, 'escape'));
    symlinkSync(origin.folder, join(origin.root, 'escape-folder'));
    const base = await origin.serve();
    expect((await httpGet(base, '/escape')).status).toBe(404);
    expect((await httpGet(base, '/escape-folder/secret')).status).toBe(404);
  });

  test('links that go round in a circle', async () => {
    symlinkSync('b', join(origin.root, 'a'));
    symlinkSync('a', join(origin.root, 'b'));
    expect((await httpGet(await origin.serve(), '/a/x')).status).toBe(404);
  });

  test('locks and unfinished files, whose names begin with a dot', async () => {
    origin.put('.slipway/origin.sqlite', 'lock');
    expect((await httpGet(await origin.serve(), '/.slipway/origin.sqlite')).status).toBe(404);
  });

  test('a named pipe: it is absent, and nobody waits for it', async () => {
    execFileSync('mkfifo', [join(origin.root, 'pipe')]);
    expect((await httpGet(await origin.serve(), '/pipe')).status).toBe(404);
  });

  test('anything to a request that would write', async () => {
    const base = await origin.serve();
    for (const method of ['PUT', 'POST', 'DELETE', 'PATCH'])
      expect(await httpGet(base, '/debian/hello.sources', { method })).toMatchObject({
        status: 405,
        headers: { allow: 'GET, HEAD' },
      });
  });
});

import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { httpGet } from '../../../test/support/http-get.ts';
import { encodeGeneration } from '../../domain/repository/generation-record.ts';
import { toInstant } from '../../kernel/instant.ts';
import { HttpViewServer, type ServedRequest } from './http-view-server.ts';
import type { View } from './view-map.ts';

const PUBLIC = 'https://pkg.example.org';
let folder: string;
let root: string;
let served: ServedRequest[];
const open: { close(): Promise<void> }[] = [];

function put(path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
  utimesSync(join(root, path), 1_700_000_000.25, 1_700_000_000.25);
}

/** A generation of channel `stable` as the origin lays it out: an apt and a files repository. */
function putGeneration(number: number, version: string): void {
  const gen = `gen/stable/${number}`;
  put(`${gen}/apt/dists/stable/InRelease`, `signed ${version}\n`);
  put(`${gen}/apt/hello.sources`, `URIs: ${PUBLIC}/debian\n`);
  put(`${gen}/files/index.html`, `<a href="${PUBLIC}/download/${version}/">here</a>`);
  put(`pool/stable/files/${version}/index.html`, `their own page, ${PUBLIC}/download`);
  symlinkSync('../../../../pool/stable/apt', join(root, gen, 'apt/pool'));
  symlinkSync(`../../../../pool/stable/files/${version}`, join(root, gen, 'files', version));
  const repository = { packages: [], count: 0, links: {}, carried: {}, files: {} };
  put(
    `${gen}/generation.json`,
    encodeGeneration({
      schema: 1,
      channel: 'stable',
      number,
      parent: null,
      release: `main-${version}`,
      date: toInstant(0),
      journal: { id: 'test', position: 1 },
      base: PUBLIC,
      repositories: {
        apt: { ...repository, type: 'apt', namesBase: ['hello.sources'] },
        files: { ...repository, type: 'files', namesBase: ['index.html'], latest: version },
      },
    }),
  );
}

async function serve(view: View = 'live'): Promise<string> {
  const server = new HttpViewServer({
    config: {
      origin: { path: root, public: PUBLIC },
      channels: { stable: { apt: 'debian', files: 'get/download' }, weekly: { apt: 'debian-weekly' } },
    },
    onRequest: (one) => served.push(one),
  });
  const opened = await server.open(view);
  open.push(opened);
  return opened.baseUrl;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slw-view-'));
  root = join(folder, 'public');
  served = [];
  put('pool/stable/apt/h/hello_1.1_all.deb', 'a deb');
  putGeneration(1, '1.1');
  putGeneration(2, '1.2');
  symlinkSync('1', join(root, 'gen/stable/current'));
  symlinkSync('gen/stable/current/apt', join(root, 'debian'));
  mkdirSync(join(root, 'get'));
  symlinkSync('../gen/stable/current/files', join(root, 'get/download'));
  writeFileSync(join(folder, 'secret'), 'of this machine');
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
  rmSync(folder, { recursive: true });
});

const text = async (base: string, target: string) => (await httpGet(base, target)).body.toString();

describe('what is shown', () => {
  test('live is what the pointer names, and a promotion is seen by the next request', async () => {
    const base = await serve();
    expect(base).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await text(base, '/debian/dists/stable/InRelease')).toBe('signed 1.1\n');
    symlinkSync('2', join(root, 'gen/stable/.next'));
    renameSync(join(root, 'gen/stable/.next'), join(root, 'gen/stable/current'));
    expect(await text(base, '/debian/dists/stable/InRelease')).toBe('signed 1.2\n');
  });

  test('a staging view shows the sealed generation at the addresses users will have, and live stays as it is', async () => {
    const [staging, live] = [await serve({ channel: 'stable', number: 2 }), await serve()];
    expect(await text(staging, '/debian/dists/stable/InRelease')).toBe('signed 1.2\n');
    expect(await text(staging, '/debian/pool/h/hello_1.1_all.deb')).toBe('a deb');
    expect(await text(live, '/debian/dists/stable/InRelease')).toBe('signed 1.1\n');
  });

  test('client files and pages of a repository name the view itself, the files of a release keep their bytes', async () => {
    const base = await serve({ channel: 'stable', number: 2 });
    expect(await text(base, '/debian/hello.sources')).toBe(`URIs: ${base}/debian\n`);
    expect(await text(base, '/get/download/')).toContain(`href="${base}/download/1.2/"`);
    expect(await text(base, '/get/download/1.2/index.html')).toBe(`their own page, ${PUBLIC}/download`);
  });

  test('a folder is found with a slash at its end, and is never listed', async () => {
    const base = await serve();
    expect(await httpGet(base, '/debian')).toMatchObject({ status: 301, headers: { location: '/debian/' } });
    expect((await httpGet(base, '/debian/dists/')).status).toBe(404);
  });

  test('"latest" without a link on disk is a redirect to the promoted version', async () => {
    const live = await httpGet(await serve(), '/get/download/latest/hello-1.1.tar.gz');
    expect(live).toMatchObject({ status: 302, headers: { location: '/get/download/1.1/hello-1.1.tar.gz' } });
    const staging = await httpGet(await serve({ channel: 'stable', number: 2 }), '/get/download/latest/');
    expect(staging).toMatchObject({ status: 302, headers: { location: '/get/download/1.2/' } });
    expect((await httpGet(await serve(), '/debian/latest/')).status).toBe(404);
  });

  test('a channel that was never promoted has nothing, and no error', async () => {
    symlinkSync('gen/weekly/current/apt', join(root, 'debian-weekly'));
    const base = await serve();
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
    const { status, body } = await httpGet(await serve(), target);
    expect([400, 404]).toContain(status);
    expect(body.toString()).not.toContain('of this machine');
  });

  test('a link that leads out of the origin', async () => {
    symlinkSync('../secret', join(root, 'escape'));
    symlinkSync(folder, join(root, 'escape-folder'));
    const base = await serve();
    expect((await httpGet(base, '/escape')).status).toBe(404);
    expect((await httpGet(base, '/escape-folder/secret')).status).toBe(404);
  });

  test('links that go round in a circle', async () => {
    symlinkSync('b', join(root, 'a'));
    symlinkSync('a', join(root, 'b'));
    expect((await httpGet(await serve(), '/a/x')).status).toBe(404);
  });

  test('locks and unfinished files, whose names begin with a dot', async () => {
    put('.slipway/origin.sqlite', 'lock');
    expect((await httpGet(await serve(), '/.slipway/origin.sqlite')).status).toBe(404);
  });

  test('a named pipe: it is absent, and nobody waits for it', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    expect((await httpGet(await serve(), '/pipe')).status).toBe(404);
  });

  test('anything to a request that would write', async () => {
    const base = await serve();
    for (const method of ['PUT', 'POST', 'DELETE', 'PATCH'])
      expect(await httpGet(base, '/debian/hello.sources', { method })).toMatchObject({
        status: 405,
        headers: { allow: 'GET, HEAD' },
      });
  });
});

describe('how it is sent', () => {
  const BIG = Buffer.from(Array.from({ length: 3 << 20 }, (_, i) => (i * 31) % 251));
  const deb = '/debian/pool/h/hello_1.1_all.deb';

  test('types, sizes and times that clients rely on', async () => {
    const base = await serve();
    expect((await httpGet(base, deb)).headers).toMatchObject({
      'content-type': 'application/vnd.debian.binary-package',
      'content-length': '5',
      'last-modified': 'Tue, 14 Nov 2023 22:13:20 GMT',
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    const pointer = (await httpGet(base, '/debian/dists/stable/InRelease')).headers;
    expect(pointer).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'public, max-age=60',
      etag: expect.stringMatching(/^"[0-9a-f]{64}"$/),
    });
    put('debian/x.tar.gz', '1');
    const archive = (await httpGet(base, '/debian/x.tar.gz')).headers;
    expect(archive).toMatchObject({ 'content-type': 'application/gzip' });
    expect(archive).not.toHaveProperty('content-encoding');
  });

  test('HEAD has the head of GET and no body', async () => {
    const base = await serve();
    const [head, get] = [await httpGet(base, deb, { method: 'HEAD' }), await httpGet(base, deb)];
    expect(head.body).toHaveLength(0);
    expect({ ...head.headers, date: '' }).toEqual({ ...get.headers, date: '' });
  });

  test('what a client has already is not sent again', async () => {
    const base = await serve();
    const { etag } = (await httpGet(base, deb)).headers;
    const again = async (headers: Record<string, string>) => (await httpGet(base, deb, { headers })).status;
    expect(await again({ 'if-none-match': `"other", ${etag}` })).toBe(304);
    expect(await again({ 'if-none-match': `W/${etag}` })).toBe(304);
    expect(await again({ 'if-none-match': '"other"' })).toBe(200);
    expect(await again({ 'if-modified-since': 'Tue, 14 Nov 2023 22:13:20 GMT' })).toBe(304);
    expect(await again({ 'if-modified-since': 'Tue, 14 Nov 2023 22:13:19 GMT' })).toBe(200);
    expect(await again({ 'if-modified-since': 'yesterday' })).toBe(200);
    const both = { 'if-none-match': '"other"', 'if-modified-since': 'Tue, 14 Nov 2023 22:13:20 GMT' };
    expect(await again(both)).toBe(200);
  });

  test.each([['small', BIG.subarray(0, 1000)] as const, ['big', BIG] as const])(
    'a broken download of a %s file goes on where it ended',
    async (_, content) => {
      put('pool/stable/apt/b/x.deb', content);
      const base = await serve();
      const get = (headers: Record<string, string>) => httpGet(base, '/debian/pool/b/x.deb', { headers });
      const size = content.length;
      const whole = await get({});
      expect(whole.body.equals(content)).toBe(true);
      const rest = await get({ range: 'bytes=900-', 'if-range': String(whole.headers['etag']) });
      expect(rest).toMatchObject({ status: 206, headers: { 'content-range': `bytes 900-${size - 1}/${size}` } });
      expect(rest.body.equals(content.subarray(900))).toBe(true);
      expect((await get({ range: 'bytes=0-0' })).body.equals(content.subarray(0, 1))).toBe(true);
      expect((await get({ range: 'bytes=-10' })).body.equals(content.subarray(-10))).toBe(true);
      expect((await get({ range: `bytes=5-${size * 2}` })).body.equals(content.subarray(5))).toBe(true);
      const beyond = await get({ range: `bytes=${size}-` });
      expect(beyond).toMatchObject({ status: 416, headers: { 'content-range': `bytes */${size}` } });
      const lastModified = String(whole.headers['last-modified']);
      expect((await get({ range: 'bytes=1-', 'if-range': lastModified })).status).toBe(206);
      for (const headers of [
        { range: 'bytes=1-', 'if-range': '"other bytes"' },
        { range: 'bytes=1-2,4-5' },
        { range: 'bytes=9-3' },
        { range: 'bytes=-' },
        { range: 'lines=1-2' },
      ])
        expect(await get(headers)).toMatchObject({ status: 200, body: { length: size } });
    },
  );

  test('an empty file is empty', async () => {
    put('empty', '');
    const base = await serve();
    expect(await httpGet(base, '/empty')).toMatchObject({ status: 200, headers: { 'content-length': '0' } });
    expect((await httpGet(base, '/empty', { headers: { range: 'bytes=0-' } })).status).toBe(416);
  });

  test('a file that shrinks while it is sent is cut off, so that nobody takes half of it for the whole or waits for more', async () => {
    put('shrinks', '');
    truncateSync(join(root, 'shrinks'), 64 << 20);
    const base = await serve();
    const agent = new Agent({ keepAlive: true }); // else the end of the connection would tell the client anyway
    const askedAt = performance.now();
    const ended = await new Promise((resolve) => {
      const outgoing = request(`${base}/shrinks`, { agent }, (incoming) => {
        truncateSync(join(root, 'shrinks'), 1 << 20);
        incoming.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
        incoming.on('end', () => resolve('whole'));
        incoming.resume();
      });
      outgoing.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
      outgoing.end();
    });
    agent.destroy();
    expect(ended).toBe('ECONNRESET');
    expect(performance.now() - askedAt).toBeLessThan(4000); // an idle connection would be closed after 5 s
  });

  test('each answer is told, with its status', async () => {
    const base = await serve();
    await httpGet(base, '/debian/hello.sources');
    await httpGet(base, '/nothing');
    await vi.waitFor(() => expect(served).toHaveLength(2)); // told once the connection has done with it
    expect(served).toEqual([
      { method: 'GET', target: '/debian/hello.sources', status: 200 },
      { method: 'GET', target: '/nothing', status: 404 },
    ]);
  });

  test('closing ends it, also while somebody still reads', async () => {
    put('big', '');
    truncateSync(join(root, 'big'), 64 << 20); // more than any socket buffer holds
    const base = await serve();
    const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
      request(`${base}/big`, { agent: false }, resolve).on('error', reject).end();
    });
    const ended = new Promise((resolve) => incoming.once('error', resolve).once('end', resolve));
    await Promise.all(open.splice(0).map((server) => server.close()));
    incoming.resume();
    expect(await ended).toMatchObject({ code: 'ECONNRESET' });
    await expect(httpGet(base, '/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

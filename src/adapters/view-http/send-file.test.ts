import { truncateSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { httpGet } from '../../../test/support/http-get.ts';
import { ServedOrigin } from '../../../test/support/served-origin.ts';

let origin: ServedOrigin;
beforeEach(() => {
  origin = new ServedOrigin();
});
afterEach(() => origin.remove());

describe('how it is sent', () => {
  const BIG = Buffer.from(Array.from({ length: 3 << 20 }, (_, i) => (i * 31) % 251));
  const deb = '/debian/pool/h/hello_1.1_all.deb';

  test('types, sizes and times that clients rely on', async () => {
    const base = await origin.serve();
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
    origin.put('debian/x.tar.gz', '1');
    const archive = (await httpGet(base, '/debian/x.tar.gz')).headers;
    expect(archive).toMatchObject({ 'content-type': 'application/gzip' });
    expect(archive).not.toHaveProperty('content-encoding');
  });

  test('HEAD has the head of GET and no body', async () => {
    const base = await origin.serve();
    const [head, get] = [await httpGet(base, deb, { method: 'HEAD' }), await httpGet(base, deb)];
    expect(head.body).toHaveLength(0);
    expect({ ...head.headers, date: '' }).toEqual({ ...get.headers, date: '' });
  });

  test('what a client has already is not sent again', async () => {
    const base = await origin.serve();
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
      origin.put('pool/stable/apt/b/x.deb', content);
      const base = await origin.serve();
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
    origin.put('empty', '');
    const base = await origin.serve();
    expect(await httpGet(base, '/empty')).toMatchObject({ status: 200, headers: { 'content-length': '0' } });
    expect((await httpGet(base, '/empty', { headers: { range: 'bytes=0-' } })).status).toBe(416);
  });

  test('a file that shrinks while it is sent is cut off, so that nobody takes half of it for the whole or waits for more', async () => {
    origin.put('shrinks', '');
    truncateSync(join(origin.root, 'shrinks'), 64 << 20);
    const base = await origin.serve();
    const agent = new Agent({ keepAlive: true }); // else the end of the connection would tell the client anyway
    const askedAt = performance.now();
    const ended = await new Promise((resolve) => {
      const outgoing = request(`${base}/shrinks`, { agent }, (incoming) => {
        truncateSync(join(origin.root, 'shrinks'), 1 << 20);
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
    const base = await origin.serve();
    await httpGet(base, '/debian/hello.sources');
    await httpGet(base, '/nothing');
    await vi.waitFor(() => expect(origin.served).toHaveLength(2)); // told once the connection has done with it
    expect(origin.served).toEqual([
      { method: 'GET', target: '/debian/hello.sources', status: 200 },
      { method: 'GET', target: '/nothing', status: 404 },
    ]);
  });

  test('closing ends it, also while somebody still reads', async () => {
    origin.put('big', '');
    truncateSync(join(origin.root, 'big'), 64 << 20); // more than any socket buffer holds
    const base = await origin.serve();
    const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
      request(`${base}/big`, { agent: false }, resolve).on('error', reject).end();
    });
    const ended = new Promise((resolve) => incoming.once('error', resolve).once('end', resolve));
    await origin.closeAll();
    incoming.resume();
    expect(await ended).toMatchObject({ code: 'ECONNRESET' });
    await expect(httpGet(base, '/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

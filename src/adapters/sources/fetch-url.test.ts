import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasProgram } from '../../../test/support/has-program.ts';
import { type Peer, startHttp, startTcp } from '../../../test/support/http-peer.ts';
import { SourceBench } from '../../../test/support/source-world.ts';

let bench: SourceBench;
const peers: Pick<Peer, 'close'>[] = [];

beforeEach(async () => {
  bench = await SourceBench.open();
});
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.close();
  await bench.close();
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const peer = await startHttp(answer);
  peers.push(peer);
  return peer;
}

async function serveRaw(...parts: readonly (string | 'reset' | 'end')[]) {
  const peer = await startTcp((socket) => {
    socket.once('data', () => {
      for (const part of parts) {
        if (part === 'reset') socket.resetAndDestroy();
        else if (part === 'end') socket.end();
        else socket.write(part);
      }
    });
  });
  peers.push(peer);
  return peer;
}

const sha256Of = (text: string) => createHash('sha256').update(text).digest('hex');
const get = (url: string, sha256?: string) => bench.fetch({ kind: 'url', url, ...(sha256 && { sha256 }) });
const quick = (limits: Partial<SourceBench['limits']>) => {
  bench.limits = { ...bench.limits, ...limits };
};

/** The fetch fails with these words, and nothing of it is kept. */
async function refused(fetching: Promise<unknown>, words: string | RegExp, code = 'SLIP_SOURCE_DOWNLOAD') {
  const message = typeof words === 'string' ? expect.stringContaining(words) : expect.stringMatching(words);
  await expect(fetching).rejects.toMatchObject({ code, message, remedy: expect.stringMatching(/\w/) });
  expect(await bench.kept()).toBe(0);
}

describe('a file by URL', () => {
  test('with its digest is proven, and named as in the URL', async () => {
    const { url } = await serve((_, response) => response.end('war'));
    const source = await get(`${url}/a/jenkins%202.war?mirror=1#top`, sha256Of('war').toUpperCase());
    expect(await bench.filesOf(source.tree)).toEqual({ 'jenkins 2.war': 'war' });
    expect(source).toMatchObject({ proof: 'sha256', origin: `${url}/a/jenkins%202.war?...`, warnings: [] });
  });

  test('without any proof is taken, recorded as unproven, and said', async () => {
    const { url } = await serve((_, response) => response.end('war'));
    const source = await get(`${url}/app.war`);
    expect(source.proof).toBe('none');
    expect(source.warnings).toEqual([`Nothing proves what ${url}/app.war gives. Add sha256, or signature and key.`]);
  });

  test('with another digest is refused with both digests, and nothing is kept', async () => {
    const { url } = await serve((_, response) => response.end('evil'));
    const both = new RegExp(`${url}/app.war is not proven: it has sha256 ${sha256Of('evil')}, not ${sha256Of('war')}`);
    await refused(get(`${url}/app.war`, sha256Of('war')), both, 'SLIP_SOURCE_UNPROVEN');
  });

  test('with a digest that is none is refused before anything is asked', async () => {
    const peer = await serve((_, response) => response.end('x'));
    await refused(get(`${peer.url}/app.war`, 'abc'), 'no digest', 'SLIP_SOURCE_UNPROVEN');
    expect(peer.requests).toHaveLength(0);
  });

  test.each(['/', '/a/', '/a/..%2fb', '/%', '/%2e%2e'])('at %s has no name to be kept under', async (path) => {
    const { url } = await serve((_, response) => response.end('x'));
    await refused(get(url + path), 'does not end with a file name');
  });

  test('with a line end in its name is refused as in any tree', async () => {
    const { url } = await serve((_, response) => response.end('x'));
    await expect(get(`${url}/a%0Ab`)).rejects.toMatchObject({ code: 'SLIP_TREE' });
  });

  test('that a server would compress on the way comes as it lies there', async () => {
    const peer = await serve((_, response) => response.end('plain'));
    await get(`${peer.url}/a.txt`);
    expect(peer.requests[0]?.headers['accept-encoding']).toBe('identity');
  });
});

describe('a server that', () => {
  test('does not answer is given up on', async () => {
    quick({ firstByteMs: 60 });
    const { url } = await serve(() => {});
    await refused(get(`${url}/app.war`), `from ${url}/app.war: it connected, but gave no answer within 0.06 s`);
  });

  test('drips its headers is given up on', async () => {
    quick({ firstByteMs: 80 });
    const peer = await startTcp((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nX-Padding: ');
      const drip = setInterval(() => socket.write('x'), 10);
      socket.on('close', () => clearInterval(drip));
    });
    peers.push(peer);
    await refused(get(`${peer.url}/app.war`), 'no answer within 0.08 s');
  });

  test('hangs in the middle is given up on, with the bytes that came', async () => {
    quick({ idleMs: 60 });
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('0123456789');
    });
    await refused(get(`${url}/app.war`), 'fewer than 1024 bytes came within 0.06 s, 10 in all');
  });

  test('drips for ever is given up on, though it never falls silent', async () => {
    quick({ idleMs: 120 });
    const { url } = await serve((_, response) => {
      const drip = setInterval(() => response.write('.'), 10);
      response.on('close', () => clearInterval(drip));
    });
    await refused(get(`${url}/app.war`), 'fewer than 1024 bytes came within 0.12 s');
  });

  test('is slow but goes on is waited for', async () => {
    quick({ idleMs: 1000, idleBytes: 10 });
    const { url } = await serve((_, response) => {
      let left = 6;
      const drip = setInterval(() => {
        response.write('x'.repeat(20));
        if (--left === 0) {
          clearInterval(drip);
          response.end();
        }
      }, 250);
    });
    expect((await get(`${url}/app.war`, sha256Of('x'.repeat(120)))).proof).toBe('sha256'); // 1.5 s in all
  });

  test('ends before the announced length is not believed', async () => {
    const { url } = await serveRaw('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it', 'end');
    await refused(get(`${url}/app.war`), 'the connection ended early, before all 100 bytes had come');
  });

  test('resets the connection in the middle is not believed', async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half of it', () => response.socket?.resetAndDestroy());
    });
    await refused(get(`${url}/app.war`), 'ended early, before all 100 bytes had come');
  });

  test('ends in the middle of its chunks is not believed', async () => {
    const { url } = await serveRaw('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n', 'end');
    await refused(get(`${url}/app.war`), 'ended early, in the middle of the answer');
  });

  test('never says where the end is may have been cut off: said, unless a digest proves the opposite', async () => {
    const { url } = await serveRaw('HTTP/1.0 200 OK\r\n\r\nall of it?', 'end');
    expect((await get(`${url}/app.war`)).warnings[1]).toContain('did not say how long it is');
    expect((await get(`${url}/app.war`, sha256Of('all of it?'))).warnings).toEqual([]);
  });

  test('speaks no HTTP is an error with its own words', async () => {
    const { url } = await serveRaw('SSH-2.0-OpenSSH_9.2\r\n', 'end');
    await refused(get(`${url}/app.war`), 'Parse Error');
  });

  test.each([404, 500, 503, 206, 304])('answers %i is not taken at its word', async (status) => {
    const { url } = await serve((_, response) => response.writeHead(status).end(status === 304 ? undefined : 'page'));
    await refused(get(`${url}/app.war`), `the server answered ${status}`);
  });

  test('gives nothing gives no source, unless a digest says that it is empty', async () => {
    const { url } = await serve((_, response) => response.end());
    await expect(get(`${url}/app.war`)).rejects.toThrow('it is empty');
    expect((await get(`${url}/app.war`, sha256Of(''))).proof).toBe('sha256');
  });

  test('sends more than is taken is stopped, announced or not', async () => {
    quick({ maxBytes: 1000 });
    const announced = await serve((_, response) => response.end('x'.repeat(2000)));
    await refused(get(`${announced.url}/a`), 'it has 2000 bytes, and 1000 are the most');
    const endless = await serve((_, response) => {
      const pour = () => response.write('x'.repeat(500)) && setImmediate(pour);
      response.on('drain', pour);
      pour();
    });
    await refused(get(`${endless.url}/a`), 'it has more than 1000 bytes');
  });

  test('is not there is an error with the address', async () => {
    const { url, close } = await startHttp(() => {});
    await close();
    await refused(get(`${url}/app.war`), /connect ECONNREFUSED 127\.0\.0\.1:\d+/);
    await refused(get('http://no-such-host.invalid/app.war'), /(ENOTFOUND|EAI_AGAIN) no-such-host.invalid/);
  });

  test('is still sending when the caller gives up is left at once', async () => {
    const controller = new AbortController();
    const peer = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('some');
      controller.abort(new Error('cancelled by alice'));
    });
    const fetching = bench.fetch({ kind: 'url', url: `${peer.url}/app.war` }, controller.signal);
    await expect(fetching).rejects.toThrow('cancelled by alice');
    expect(await bench.kept()).toBe(0);
  });
});

describe('a redirect', () => {
  const to =
    (location: string, status = 302) =>
    (_: IncomingMessage, response: ServerResponse) =>
      response.writeHead(status, { location }).end();

  test.each([301, 302, 303, 307, 308])(
    '%i is followed, and the name stays that of the URL in the config',
    async (status) => {
      const { url } = await serve((request, response) =>
        request.url === '/latest.war' ? to('files/3.war', status)(request, response) : response.end(request.url),
      );
      const source = await get(`${url}/latest.war`);
      expect(await bench.filesOf(source.tree)).toEqual({ 'latest.war': '/files/3.war' });
    },
  );

  test('in a circle is an error after eight', async () => {
    const peer = await serve(to('/again.war'));
    await refused(get(`${peer.url}/app.war`), `it was redirected 9 times, at last to ${peer.url}/again.war`);
    expect(peer.requests).toHaveLength(9);
  });

  test.each([
    ['to another protocol', 'ftp://127.0.0.1/app.war', 'redirects to ftp:'],
    ['to a file of this machine', 'file:///etc/passwd', 'redirects to file:'],
    ['to nowhere', 'http://[', 'without saying where'],
  ])('%s is not followed', async (_, location, words) => {
    const { url } = await serve(to(location));
    await refused(get(`${url}/app.war`), words);
  });

  test('without a place is an error', async () => {
    const { url } = await serve((_, response) => response.writeHead(302).end());
    await refused(get(`${url}/app.war`), 'without saying where');
  });

  test('to another host does not take the credentials along, not even back again', async () => {
    const seen: (string | undefined)[] = [];
    const home = await serve((request, response) => {
      seen.push(request.headers.authorization);
      if (request.url === '/app.war') to(`${away.url}/x`)(request, response);
      else response.end('war');
    });
    const away = await serve((request, response) => {
      seen.push(request.headers.authorization);
      to(`http://eve:pw@127.0.0.1:${home.port}/back`)(request, response);
    });
    const url = home.url.replace('http://', 'http://alice:s%40cret@');
    const source = await get(`${url}/app.war`);
    expect(seen).toEqual([`Basic ${Buffer.from('alice:s@cret').toString('base64')}`, undefined, undefined]);
    expect(JSON.stringify(source)).not.toMatch(/alice|s%40cret|s@cret/);
  });

  test('on the same host keeps the credentials, and no error prints them', async () => {
    const peer = await serve((request, response) =>
      request.url === '/app.war' ? to('/next.war?token=t0ken')(request, response) : response.writeHead(403).end(),
    );
    const url = peer.url.replace('http://', 'http://alice:s3cret@');
    const error = await get(`${url}/app.war`).catch((caught: Error) => caught);
    expect(String(error)).toContain(`${peer.url}/next.war?...: the server answered 403`);
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toMatch(/s3cret|t0ken|alice/);
    expect(peer.requests[1]?.headers.authorization).toBeDefined();
  });
});

const openssl = hasProgram('openssl', 'sources over https');

describe.skipIf(!openssl)('over https', () => {
  let tls: { key: Buffer; cert: Buffer };
  beforeEach(() => {
    const [key, cert] = [join(bench.folder, 'key.pem'), join(bench.folder, 'cert.pem')];
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-x509', '-days', '2'];
    execFileSync('openssl', ['req', ...curve, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    tls = { key: readFileSync(key), cert: readFileSync(cert) };
  });

  test('a server that nobody vouches for is refused', async () => {
    const peer = await startHttp((_, response) => response.end('war'), tls);
    peers.push(peer);
    await refused(get(`${peer.url}/app.war`), 'self-signed certificate');
    expect(peer.requests).toHaveLength(0);
  });

  test('a server that never finishes the handshake is given up on as not connected', async () => {
    quick({ connectMs: 60 });
    const peer = await startTcp(() => {});
    peers.push(peer);
    await refused(get(`https://127.0.0.1:${peer.port}/app.war`), 'no connection within 0.06 s');
  });

  test('a redirect down to http is not followed', async () => {
    const plain = await serve((_, response) => response.end('war'));
    const peer = await startHttp((_, response) => response.writeHead(302, { location: `${plain.url}/a` }).end(), tls);
    peers.push(peer);
    // Trusted as a machine with this authority would trust it; NODE_EXTRA_CA_CERTS is read at the start, so by a child.
    const script = `
      import { followRedirects } from ${JSON.stringify(join(bench.folder, 'follow.mjs'))};
      const asking = { source: 'core', limits: ${JSON.stringify(bench.limits)}, signal: new AbortController().signal };
      await followRedirects(asking, new URL('${peer.url}/app.war')).catch((error) => console.log(error.message));`;
    const { build } = await import('esbuild');
    const entry = new URL('./follow-redirects.ts', import.meta.url).pathname;
    const outfile = join(bench.folder, 'follow.mjs');
    await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm' });
    const { spawn } = await import('node:child_process');
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(bench.folder, 'cert.pem') };
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { env });
    let said = '';
    child.stdout.on('data', (piece) => {
      said += piece;
    });
    await once(child, 'close');
    expect(said).toContain(`${peer.url}/app.war: it redirects from https to ${plain.url}/a`);
    expect(plain.requests).toHaveLength(0);
  });
});

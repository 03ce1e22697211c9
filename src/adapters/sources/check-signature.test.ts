import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createMessage, generateKey, readPrivateKey, sign } from 'openpgp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { GpgHome, gpgMissing } from '../../../test/support/gpg-home.ts';
import { type Peer, startHttp } from '../../../test/support/http-peer.ts';
import { SourceBench } from '../../../test/support/source-world.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
let bench: SourceBench;
let peer: Peer;
let files: Record<string, string | Buffer>;

beforeEach(async () => {
  bench = await SourceBench.open();
  files = { '/app.war': 'war' };
  peer = await startHttp((request, response) => {
    const file = files[request.url ?? ''];
    if (file === undefined) response.writeHead(404).end('<html>not found</html>');
    else response.end(file);
  });
});
afterEach(async () => {
  await peer.close();
  await bench.close();
});

const fetchSigned = (signature = '.asc', more: Record<string, string> = {}) =>
  bench.fetch({ kind: 'url', url: `${peer.url}/app.war`, signature, key: 'author.asc', ...more });

async function unproven(fetching: Promise<unknown>, words: string | RegExp) {
  const message = typeof words === 'string' ? expect.stringContaining(words) : expect.stringMatching(words);
  await expect(fetching).rejects.toMatchObject({ code: 'SLIP_SOURCE_UNPROVEN', message });
  expect(await bench.kept()).toBe(0);
}

describe.skipIf(gpgMissing !== undefined)('a source that its author signed with gpg', () => {
  let gpg: GpgHome;
  let author: string;
  let stranger: string;

  beforeAll(() => {
    gpg = new GpgHome();
    author = gpg.generate('Author <author@example.org>', 'rsa3072', { ends: '30d' });
    stranger = gpg.generate('Stranger <stranger@example.org>', 'ed25519');
  });
  afterAll(() => gpg.close());
  beforeEach(() => writeFile(join(bench.folder, 'author.asc'), gpg.exportPublic(author)));

  const signed = (by: string, armour: boolean) =>
    gpg.must(['--local-user', by, ...(armour ? ['--armor'] : []), '--detach-sign'], 'war');

  test('is taken, and the proof names the key', async () => {
    files['/app.war.asc'] = signed(author, true);
    const source = await fetchSigned();
    expect(source).toMatchObject({ proof: `signature ${author}`, warnings: [], origin: `${peer.url}/app.war` });
    expect(await bench.filesOf(source.tree)).toEqual({ 'app.war': 'war' });
  });

  test('may have a binary signature, at a URL of its own, and a binary key ring', async () => {
    files['/signatures/1'] = signed(author, false);
    await writeFile(join(bench.folder, 'author.asc'), gpg.must(['--export', author]));
    expect((await fetchSigned(`${peer.url}/signatures/1`)).proof).toBe(`signature ${author}`);
  });

  test('may be in front of a query, which the signature keeps', async () => {
    files['/app.war?token=1'] = 'war';
    files['/app.war.asc?token=1'] = signed(author, true);
    const url = `${peer.url}/app.war?token=1`;
    expect((await fetchSigned('.asc', { url })).proof).toBe(`signature ${author}`);
  });

  test('may be pinned to a digest as well, and then both must hold', async () => {
    files['/app.war.asc'] = signed(author, true);
    const sha256 = 'd22de2cbd4cf73ec58a28e9f4dfbe8b8d9b4d6df8f3a6b0ae80f7fb1ea28ba85';
    await unproven(fetchSigned('.asc', { sha256 }), /it has sha256 [0-9a-f]{64}, not d22de2cb/);
    const { createHash } = await import('node:crypto');
    const right = createHash('sha256').update('war').digest('hex');
    expect((await fetchSigned('.asc', { sha256: right })).proof).toBe(`sha256, signature ${author}`);
  });

  test('whose bytes were changed is refused', async () => {
    files['/app.war.asc'] = signed(author, true);
    files['/app.war'] = 'evil';
    await unproven(fetchSigned(), `the signature by ${author} is bad`);
  });

  test('by somebody else is refused, naming both keys', async () => {
    files['/app.war.asc'] = signed(stranger, true);
    const keyFile = join(bench.folder, 'author.asc');
    await unproven(
      fetchSigned(),
      `is signed by key ${stranger.slice(-16)}, which is not pinned (${keyFile} holds ${author})`,
    );
  });

  test('with a key that has ended is refused, with the day', async () => {
    files['/app.war.asc'] = signed(author, true);
    bench.clock.set(Date.now() + 31 * DAY_MS);
    await unproven(fetchSigned(), new RegExp(`key ${author} expired at \\d{4}-\\d\\d-\\d\\dT`));
  });

  test.each([
    ['a page instead of a signature', '<html>Welcome</html>'],
    ['nothing instead of a signature', ''],
    ['a signature that was cut off', '-----BEGIN PGP SIGNATURE-----\n\niQGzBAAB'],
  ])('with %s is refused', async (_, signature) => {
    files['/app.war.asc'] = signature;
    await unproven(fetchSigned(), /signature/);
  });

  test('whose signature is not there is not taken, and the file itself is not even asked for', async () => {
    await expect(fetchSigned()).rejects.toMatchObject({
      code: 'SLIP_SOURCE_DOWNLOAD',
      message: expect.stringContaining(`${peer.url}/app.war.asc: the server answered 404`),
    });
    expect(peer.requests.map(({ url }) => url)).toEqual(['/app.war.asc']);
  });

  test('against a key file that is no key is refused', async () => {
    files['/app.war.asc'] = signed(author, true);
    await writeFile(join(bench.folder, 'author.asc'), 'no key');
    await unproven(fetchSigned(), 'the pinned public key cannot be read');
  });
});

describe('a source that its author signed with openpgp.js', () => {
  test('is taken; with a byte changed it is refused', async () => {
    const { privateKey, publicKey } = await generateKey({ userIDs: [{ name: 'Author' }], type: 'curve25519' });
    const signingKeys = await readPrivateKey({ armoredKey: privateKey });
    await writeFile(join(bench.folder, 'author.asc'), publicKey);
    const bytes = Buffer.alloc(3_000_000, 'war');
    files['/app.war'] = bytes;
    files['/app.war.asc'] = String(
      await sign({ message: await createMessage({ binary: bytes }), signingKeys, detached: true }),
    );
    bench.clock.set(Date.now() + 1000); // openpgp.js dates to whole seconds
    expect((await fetchSigned()).proof).toBe(`signature ${signingKeys.getFingerprint().toUpperCase()}`);

    const other = await SourceBench.open();
    const before = bench;
    try {
      bench = other;
      await writeFile(join(bench.folder, 'author.asc'), await readFile(join(before.folder, 'author.asc')));
      bytes[2_000_000] = 0;
      await unproven(fetchSigned(), 'is bad');
    } finally {
      bench = before;
      await other.close();
    }
  });
});

test('half a proof is no proof: a signature needs a key, a key a signature', async () => {
  const url = `${peer.url}/app.war`;
  await unproven(bench.fetch({ kind: 'url', url, signature: '.asc' }), 'its signature but no key');
  await unproven(bench.fetch({ kind: 'url', url, key: 'author.asc' }), 'its key but no signature');
  await unproven(fetchSigned(), /its public key cannot be read \(ENOENT.*author\.asc/);
  expect(peer.requests).toHaveLength(0);
});

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OriginFixture } from '../../../test/support/origin-fixture.ts';
import { releasedRepository, Variant } from '../../../test/support/repository-variants.ts';
import { scriptedServer } from '../../../test/support/scripted-server.ts';
import type { ListedPackage } from '../../domain/repository/generation.ts';
import { type Instant, toInstant } from '../../kernel/instant.ts';
import type { SealedGeneration } from '../../ports/origin.ts';
import { generateReleaseKey } from '../signer-openpgp/generate-release-key.ts';
import { AptClient } from './apt-client.ts';
import { findApt } from './apt-version.ts';
import { placeClientFile } from './place-client-file.ts';

const strangerKey = async () =>
  (await generateReleaseKey({ project: 'stranger', now: toInstant(Date.now() - 60_000) })).publicKey;
const found = await findApt();
const aptMissing = 'because' in found ? found.because : undefined;
if (aptMissing) console.log(`not checked: how real apt is driven (${aptMissing})`);

describe.skipIf(aptMissing)('what an empty machine can try of a package', { timeout: 60_000 }, () => {
  let fixture: OriginFixture;
  let now: Instant;
  beforeAll(async () => {
    ({ fixture, now } = await releasedRepository());
    fixture.now = toInstant(now - 1800_000);
  });
  afterAll(() => fixture.remove());

  /** A package made by dpkg-deb, with control fields and files of its own. */
  async function madeDeb(name: string, fields: string, scripts: Record<string, string> = {}): Promise<ListedPackage> {
    const folder = mkdtempSync(join(fixture.folder, 'deb-'));
    mkdirSync(join(folder, 'DEBIAN'));
    const arch = /^Architecture: (.*)$/m.exec(fields)?.[1] ?? 'all';
    const control = `Package: ${name}\nVersion: 1.2\nMaintainer: Slipway <test@slipway.invalid>\n${fields.includes('Architecture') ? '' : 'Architecture: all\n'}${fields}Description: a package for tests`;
    writeFileSync(join(folder, 'DEBIAN/control'), `${control}\n`);
    for (const [script, text] of Object.entries(scripts)) {
      writeFileSync(join(folder, 'DEBIAN', script), text);
      chmodSync(join(folder, 'DEBIAN', script), 0o755);
    }
    execFileSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '-b', folder, `${folder}.deb`], { stdio: 'ignore' });
    const blob = await fixture.store.putFile(`${folder}.deb`);
    return {
      package: name,
      fileName: `${name}_1.2_${arch}.deb`,
      ...blob,
      facts: { format: 'deb', name, version: '1.2', arch, control },
      release: 'main-1.2',
      version: '1.2',
      revision: 1,
      releasedAt: fixture.now,
    };
  }

  async function prove(...debs: ListedPackage[]) {
    const sealed = await fixture.release('main-1.2', debs);
    const wanted: SealedGeneration = {
      ...sealed,
      repositories: { apt: { packages: sealed.repositories['apt']!.packages } },
    };
    const names = new Set(debs.map((deb) => deb.package));
    return new Variant(fixture).ask(wanted, (request) =>
      new AptClient({ strangerKey }).verify({ ...request, packages: [...names] }),
    );
  }

  test('one with maintainer scripts is unpacked, and the evidence says that this is all', async () => {
    const rows = await prove(
      await madeDeb('scripted', '', { postinst: '#!/bin/sh\nexit 0\n', prerm: '#!/bin/sh\nexit 0\n' }),
    );
    expect(rows.find(({ did }) => did === 'unpack scripted 1.2')).toMatchObject({
      passed: true,
      said: expect.stringContaining('unpacked, not installed: it has maintainer scripts (postinst, prerm)'),
    });
    expect(rows.every(({ passed }) => passed)).toBe(true);
  });

  test('one that needs packages of the distribution is unpacked, and the evidence names them', async () => {
    const rows = await prove(await madeDeb('needy', 'Depends: default-jre-headless (>= 2:1.11), hello, adduser:any\n'));
    expect(rows.find(({ did }) => did === 'unpack needy 1.2')?.said).toMatch(
      /it depends on (default-jre-headless|adduser)/,
    );
    expect(rows.every(({ passed }) => passed)).toBe(true);
  });

  test('one that needs a newer package of this very repository fails: nobody could install it', async () => {
    const rows = await prove(await madeDeb('impatient', 'Depends: hello (>= 9)\n'));
    expect(rows.find(({ did }) => did === 'install impatient 1.2')).toMatchObject({
      passed: false,
      exitCode: 100,
      said: expect.stringContaining('hello (>= 9)'),
    });
  });

  test('one that needs another package of this repository is installed with it', async () => {
    const rows = await prove(await madeDeb('friendly', 'Depends: hello (>= 1.1)\n'));
    expect(rows.find(({ did }) => did === 'install friendly 1.2')).toMatchObject({
      passed: true,
      said: expect.stringMatching(/Setting up hello[\s\S]*friendly: install ok installed 1\.2/),
    });
  });

  test('one for another kind of machine is tried on a machine of that kind', async () => {
    const rows = await prove(await madeDeb('armed', 'Architecture: arm64\n'));
    expect(rows.find(({ did }) => did === 'install armed 1.2')).toMatchObject({ passed: true, exitCode: 0 });
  });
});

describe.skipIf(aptMissing)('a view that is in trouble', { timeout: 60_000 }, () => {
  let fixture: OriginFixture;
  let sealed: SealedGeneration;
  beforeAll(async () => {
    ({ fixture, sealed } = await releasedRepository());
  });
  afterAll(() => fixture.remove());

  const requestOf = (baseUrl: string, signal = new AbortController().signal) => ({
    baseUrl,
    generation: sealed,
    settings: fixture.settings,
    packages: ['hello'],
    provesRefusals: true,
    signal,
  });

  test('one that is not there is evidence, not an error', async () => {
    const rows = await new AptClient({ strangerKey }).verify(requestOf('http://127.0.0.1:1'));
    expect(rows).toEqual([
      expect.objectContaining({
        did: 'fetch client files',
        passed: false,
        said: expect.stringMatching(/127\.0\.0\.1:1/),
      }),
    ]);
  });

  test('client files that are missing are said', async () => {
    const variant = new Variant(fixture);
    variant.remove('debian/hello.list');
    const rows = await variant.ask(sealed, (request) => new AptClient({ strangerKey }).verify(request));
    expect(rows[0]).toMatchObject({ passed: false, said: expect.stringContaining('hello.list answers 404') });
  });

  test('an apt that hangs is ended with its helpers, and its scratch folders are gone', async () => {
    const files = new Map(
      ['sources', 'list', 'gpg'].map((end) => [
        `/debian/hello.${end}`,
        readFileSync(join(fixture.root, `debian/hello.${end}`)),
      ]),
    );
    let onUnanswered = () => {};
    let base = '';
    const server = await scriptedServer((request, response) => {
      const file = files.get(request.url ?? '');
      if (file?.includes('https://')) response.end(file.toString().replaceAll('https://pkg.example.org', base));
      else if (file) response.end(file);
      else onUnanswered(); // and nothing else, ever
    });
    base = server.baseUrl;
    const usual = process.env['TMPDIR'];
    const scratch = mkdtempSync(join(tmpdir(), 'slw-hang-'));
    process.env['TMPDIR'] = scratch;
    try {
      const rows = await new AptClient({ strangerKey, timeoutMs: 400 }).verify(requestOf(base));
      expect(rows.find(({ did }) => did === 'update with hello.list')).toMatchObject({
        passed: false,
        exitCode: 124,
        said: expect.stringContaining('ran past 0.4 s'),
      });
      expect(rows.filter(({ did }) => did.startsWith('refuse')).every(({ passed }) => !passed)).toBe(true);
      const controller = new AbortController();
      onUnanswered = () => controller.abort(new Error('cancelled by alice'));
      const proving = new AptClient({ strangerKey }).verify(requestOf(base, controller.signal));
      await expect(proving).rejects.toThrow('cancelled by alice');
      expect(readdirSync(scratch)).toEqual([]);
    } finally {
      if (usual === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = usual;
      rmSync(scratch, { recursive: true });
      await server.close();
    }
  });
});

describe('a machine that cannot run apt is told why, in one line', () => {
  const path = process.env['PATH'];
  let bin: string;
  beforeEach(() => {
    bin = mkdtempSync(join(tmpdir(), 'slw-bin-'));
    process.env['PATH'] = bin;
  });
  afterEach(() => {
    process.env['PATH'] = path;
    rmSync(bin, { recursive: true });
  });
  const put = (name: string, says: string) => {
    writeFileSync(join(bin, name), `#!/bin/sh\necho '${says}'\n`);
    chmodSync(join(bin, name), 0o755);
  };
  const unavailable = () => new AptClient({ strangerKey }).unavailable();

  test('without apt', async () => {
    expect(await unavailable()).toBe('apt-get is not installed');
  });

  test('with an apt that is too old to read our client files', async () => {
    put('apt-get', 'apt 2.2.4 (amd64)');
    expect(await unavailable()).toBe('apt 2.2.4 is too old: a key inside a .sources file needs 2.4');
  });

  test('without dpkg, or without a program that checks signatures', async () => {
    put('apt-get', 'apt 3.0.3 (amd64)');
    expect(await unavailable()).toBe('dpkg is not installed');
    put('dpkg', 'amd64');
    expect(await unavailable()).toContain('neither gpgv nor sqv');
    put('sqv', 'sqv 1.3');
    expect(await unavailable()).toBeUndefined();
  });

  test('with something else that is called apt-get', async () => {
    put('apt-get', 'welcome to my script');
    expect(await unavailable()).toBe('apt-get does not say its version: welcome to my script');
  });
});

test('a client file finds its keyring inside the scratch root; a key inside the file is left alone', () => {
  expect(
    placeClientFile('deb [arch=amd64 signed-by=/etc/apt/keyrings/hello.gpg] https://x/debian stable main\n', '/r/k'),
  ).toBe('deb [arch=amd64 signed-by=/r/k] https://x/debian stable main\n');
  expect(placeClientFile('Signed-By: /etc/apt/keyrings/hello.gpg\n', '/r/k')).toBe('Signed-By: /r/k\n');
  const inside = 'Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n';
  expect(placeClientFile(inside, '/r/k')).toBe(inside);
});

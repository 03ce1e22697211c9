import { describe, expect, test } from 'vitest';
import type { Sha256 } from '../../kernel/ids.ts';
import { toInstant } from '../../kernel/instant.ts';
import { aptTree } from './apt/apt-tree.ts';
import { listFile, sourcesFile } from './apt/client-files.ts';
import { packagesStanza } from './apt/packages-stanza.ts';
import { poolPath } from './apt/pool-path.ts';
import { checksumFiles, groupByFolder } from './files/version-files.ts';
import type { ListedPackage } from './generation.ts';
import { decodeGeneration, encodeGeneration, type GenerationRecord, generationDigest } from './generation-record.ts';
import { indexPage } from './index-page.ts';
import { publicBase, rebaseText, repositoryUrl } from './public-base.ts';

const NOON = toInstant(Date.UTC(2026, 0, 5, 12));
const digest = (letter: string): Sha256 => letter.repeat(64) as Sha256;

function deb(name: string, version: string, arch = 'all', control?: string): ListedPackage {
  const text =
    control ?? `Package: ${name}\nVersion: ${version}\nArchitecture: ${arch}\nDescription: x\n more\n .\n end`;
  const facts = { format: 'deb', name, version, arch, control: text } as const;
  const release = { release: 'main-1', version: '1', revision: 1, releasedAt: NOON };
  return { package: name, fileName: 'build.deb', sha256: digest('a'), sizeBytes: 7, facts, ...release };
}

describe('Packages', () => {
  test('a stanza is the control file word for word, then where the file is, its size and its digest', () => {
    expect(packagesStanza(deb('hello', '1.0'))).toBe(
      `Package: hello\nVersion: 1.0\nArchitecture: all\nDescription: x\n more\n .\n end\nFilename: pool/h/hello_1.0_all.deb\nSize: 7\nSHA256: ${digest('a')}\n\n`,
    );
  });

  test('fields that the index says itself are not believed from a package', () => {
    const control = 'Package: hello\nSHA256: 00\nsize: 1\nFilename: ../../etc\n passwd\nVersion: 1';
    expect(packagesStanza(deb('hello', '1', 'all', control))).toMatch(
      /^Package: hello\nVersion: 1\nFilename: pool\/h\//,
    );
  });

  test.each([
    ['an empty line', 'Package: hello\n\nPackage: evil'],
    ['a line of spaces', 'Package: hello\n  \nPackage: evil'],
    ['no field', 'Package: hello\nevil'],
    ['a carriage return', 'Package: hello\n\r\nPackage: evil'],
  ])('a control file with %s cannot bring a stanza of its own', (_, control) => {
    expect(() => packagesStanza(deb('hello', '1', 'all', control))).toThrow(
      expect.objectContaining({ code: 'SLIP_DEB_CONTROL_STANZA', message: expect.stringContaining('Line 2') }),
    );
  });

  test('a deb lies under what it says of itself, with its epoch as a folder', () => {
    expect(poolPath(deb('hello', '1:1.0-2', 'amd64'))).toBe('pool/h/epoch-1/hello_1.0-2_amd64.deb');
    expect(poolPath(deb('hello', '0:1.0'))).toBe('pool/h/hello_1.0_all.deb');
    expect(() => poolPath(deb('hello', '../../x'))).toThrow(expect.objectContaining({ code: 'SLIP_REPOSITORY_NAME' }));
  });
});

describe('Release', () => {
  const suites = { layout: 'suites', suite: 'stable', components: ['main'] } as const;

  test('lists SHA256 alone, the open and the packed index, and says that by-hash works', () => {
    const { release, indexes } = aptTree('hello', suites, NOON, [deb('hello', '1.0', 'amd64')]);
    expect(release.split('\nSHA256:\n')[0]).toBe(
      'Origin: hello\nLabel: hello\nSuite: stable\nCodename: stable\nDate: Mon, 05 Jan 2026 12:00:00 UTC\nArchitectures: amd64\nComponents: main\nAcquire-By-Hash: yes',
    );
    expect(release).not.toMatch(/MD5|SHA1|SHA512/);
    expect(release).toMatch(
      / [0-9a-f]{64} \d+ main\/binary-amd64\/Packages\n [0-9a-f]{64} \d+ main\/binary-amd64\/Packages.gz\n$/,
    );
    expect(indexes.map(({ byHashPath, sha256 }) => byHashPath.endsWith(sha256))).toEqual([true]);
  });

  test('packages for all stand in every index; machines of other kinds find them too', () => {
    const packages = [deb('a', '1', 'all'), deb('b', '1', 'amd64'), deb('c', '1', 'arm64')];
    const tree = aptTree('hello', suites, NOON, packages);
    const names = Object.fromEntries(
      [...tree.memory].map(([arch, { chunks }]) => [
        arch,
        chunks.flatMap(({ entries }) => entries.map((e) => e.package)),
      ]),
    );
    expect(names).toEqual({ all: ['a'], amd64: ['a', 'b'], arm64: ['a', 'c'] });
  });

  test('an empty repository has a signed index of nothing', () => {
    const { release, indexes } = aptTree('hello', suites, NOON, []);
    expect(release).toContain('Architectures: all amd64\n');
    expect(release).toContain(
      ` e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0 main/binary-all/Packages\n`,
    );
    expect(indexes.length).toBe(2);
  });

  test('a flat repository has one index beside its Release', () => {
    const tree = aptTree('hello', { ...suites, layout: 'flat' }, NOON, [
      deb('b', '1', 'amd64'),
      deb('c', '1', 'arm64'),
    ]);
    expect(tree.releaseFolder).toBe('binary');
    expect(tree.indexes.map(({ path }) => path)).toEqual(['binary/Packages.gz']);
    expect(tree.release).not.toContain('Components');
    expect(tree.release).toContain('Suite: binary\n'); // what `URL binary/` makes apt expect
    expect(tree.links).toEqual({});
    expect(tree.release).toMatch(/ Packages.gz\n$/);
  });

  test('components beyond the first have an index of nothing', () => {
    const tree = aptTree('hello', { ...suites, components: ['main', 'extra'] }, NOON, [deb('a', '1', 'amd64')]);
    expect(tree.indexes.map(({ path }) => path)).toEqual([
      'dists/stable/main/binary-amd64/Packages.gz',
      'dists/stable/extra/binary-amd64/Packages.gz',
    ]);
    expect(tree.indexes[0]?.sha256).not.toBe(tree.indexes[1]?.sha256);
  });
});

describe('client files', () => {
  const source = {
    project: 'hello',
    url: 'https://pkg.example.org/debian',
    layout: 'suites',
    suite: 'stable',
    components: ['main'],
    publicKey: '-----BEGIN PGP PUBLIC KEY BLOCK-----\r\n\r\nxjME\r\n-----END PGP PUBLIC KEY BLOCK-----\r\n',
  } as const;

  test('.sources carries the key, its empty line as a dot', () => {
    expect(sourcesFile(source)).toBe(
      'Types: deb\nURIs: https://pkg.example.org/debian\nSuites: stable\nComponents: main\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n xjME\n -----END PGP PUBLIC KEY BLOCK-----\n',
    );
  });

  test('.list names the key by path; a flat repository has a folder and no component', () => {
    expect(listFile(source)).toBe(
      'deb [signed-by=/etc/apt/keyrings/hello.gpg] https://pkg.example.org/debian stable main\n',
    );
    expect(listFile({ ...source, layout: 'flat' })).toMatch(/debian binary\/\n$/);
    expect(sourcesFile({ ...source, layout: 'flat' })).toMatch(/\nSuites: binary\/\nSigned-By:/);
  });

  test('without a public URL they name the folder, escaped so that a space does not end it', () => {
    const base = publicBase({ path: "/srv/my repo's" });
    expect(repositoryUrl(base, 'debian')).toBe('file:/srv/my%20repo%27s/debian');
    expect(publicBase({ path: '/x', public: 'https://pkg.example.org/' })).toBe('https://pkg.example.org');
  });

  test('a staging view answers them with its own base, and changes nothing else', () => {
    const text = listFile(source);
    expect(rebaseText(text, 'https://pkg.example.org', 'http://127.0.0.1:8470')).toBe(
      text.replace('https://pkg.example.org', 'http://127.0.0.1:8470'),
    );
    expect(rebaseText('https://pkg.example.organic/', 'https://pkg.example.org', 'http://x')).toBe(
      'https://pkg.example.organic/',
    );
  });
});

describe('a files repository', () => {
  const named = (fileName: string, version = '1.0'): ListedPackage => ({
    ...deb('x', '1'),
    fileName,
    version,
    facts: { format: 'file' },
  });

  test('has checksums that sha256sum reads, of each file and of all', () => {
    expect(checksumFiles([named('b.zip'), named('a.zip')])).toEqual({
      SHA256SUMS: `${digest('a')}  a.zip\n${digest('a')}  b.zip\n`,
      'a.zip.sha256': `${digest('a')}  a.zip\n`,
      'b.zip.sha256': `${digest('a')}  b.zip\n`,
    });
  });

  test.each([
    ['SHA256SUMS', '1.0'],
    ['../x', '1.0'],
    ['x\ny', '1.0'],
    ['ok', 'latest'],
    ['ok', 'index.html'],
  ])('refuses a file %j in a folder %j', (fileName, version) => {
    expect(() => groupByFolder('hello', [named(fileName, version)])).toThrow(
      expect.objectContaining({ code: 'SLIP_REPOSITORY_NAME' }),
    );
  });

  test("refuses a file that has the name of another one's checksum", () => {
    expect(() => groupByFolder('hello', [named('a'), named('a.sha256')])).toThrow(/a\.sha256/);
  });
});

describe('the page', () => {
  const page = (packages: readonly ListedPackage[]): string =>
    indexPage({
      project: '<img src=x>',
      channel: 'stable',
      date: NOON,
      install: ['apt install <script>'],
      key: { fingerprint: 'AB', userId: '"Eve" <script>alert(1)</script>', expiresAt: toInstant(NOON + 86_400_000) },
      packages,
      describe: ({ fileName }) => ({ name: fileName, version: '"1\'', href: 'a b/"x"' }),
    });

  test('has no script, and nothing that comes from outside is markup', () => {
    const html = page([{ ...deb('x', '1'), fileName: '<script>' }]);
    expect(html).not.toMatch(/<script|<img|onerror/i);
    expect(html).toContain("default-src 'none'");
    expect(html).toContain('href="a%20b/%22x%22"');
    expect(html).toContain('expires 2026-01-06');
    expect(html).toContain('<td>&quot;1&#39;</td>');
  });

  test('shows the newest hundred packages and says how many more there are', () => {
    const packages = Array.from({ length: 250 }, (_, i) => ({
      ...deb('x', '1'),
      fileName: `p${i}`,
      releasedAt: toInstant(NOON + i * 1000),
    }));
    const html = page(packages);
    expect(html.match(/<tr><td>/g)?.length).toBe(100);
    expect(html.indexOf('p249')).toBeLessThan(html.indexOf('p200'));
    expect(html).not.toContain('p149<');
    expect(html).toContain('And 150 older.');
  });
});

describe('generation.json', () => {
  const record: GenerationRecord = {
    schema: 1,
    channel: 'stable',
    number: 2,
    parent: 1,
    release: 'main-1.1',
    date: NOON,
    journal: { id: 'j', position: 12 },
    base: 'https://pkg.example.org',
    repositories: {
      files: {
        type: 'files',
        packages: [digest('a')],
        count: 1,
        latest: '1.1',
        files: { 'index.html': digest('b') },
        links: { latest: '1.1' },
        carried: {},
        namesBase: ['index.html'],
      },
    },
  };

  test('comes back as it was, and has one digest', () => {
    const text = encodeGeneration(record);
    expect(decodeGeneration(text, 'x')).toEqual(record);
    const reversed = Object.fromEntries(Object.entries(record).reverse()) as unknown as GenerationRecord;
    expect(generationDigest(encodeGeneration(reversed))).toBe(generationDigest(text));
    expect(text).toMatch(/^\{"base":.*"date":"2026-01-05T12:00:00.000Z".*\}\n$/);
  });

  test.each([
    ['half a file', encodeGeneration(record).slice(0, 100), /not JSON/],
    ['a newer schema', encodeGeneration(record).replace('"schema":1', '"schema":2'), /schema/],
    ['a digest that is none', encodeGeneration(record).replaceAll('a'.repeat(64), 'abc'), /packages\.0: not a sha256/],
    ['a key nobody knows', encodeGeneration(record).replace('{"base"', '{"x":1,"base"'), /Unrecognized key/],
  ])('%s is refused with its path', (_, text, why) => {
    expect(() => decodeGeneration(text, '/origin/gen/stable/2/generation.json')).toThrow(
      expect.objectContaining({ code: 'SLIP_GENERATION_DAMAGED', message: expect.stringMatching(why) }),
    );
    expect(() => decodeGeneration(text, '/origin/gen/stable/2/generation.json')).toThrow(/\/origin\/gen\/stable\/2/);
  });
});

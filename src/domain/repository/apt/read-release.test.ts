import { describe, expect, test } from 'vitest';
import { formatInstant, toInstant } from '../../../kernel/instant.ts';
import { readParagraphs } from './read-paragraphs.ts';
import { readRelease } from './read-release.ts';
import { isInside, readStanza } from './read-stanza.ts';
import { releaseFile } from './release-file.ts';

const HASH = 'a'.repeat(64);
const RELEASE = releaseFile({
  project: 'hello',
  suite: 'stable',
  date: toInstant(Date.UTC(2026, 10, 22, 22, 29, 57)),
  architectures: ['all', 'amd64'],
  components: ['main'],
  entries: [{ path: 'main/binary-all/Packages.gz', sizeBytes: 314, sha256: HASH as never }],
});

describe('Release, as a client reads it', () => {
  test('what our writer writes is understood', () => {
    const release = readRelease(RELEASE);
    expect(release).toMatchObject({ suite: 'stable', codename: 'stable', acquireByHash: true, components: ['main'] });
    expect(formatInstant(release.date)).toBe('2026-11-22T22:29:57.000Z');
    expect(release.files.get('main/binary-all/Packages.gz')).toEqual({ sha256: HASH, sizeBytes: 314 });
    expect(release.validUntil).toBeUndefined();
  });

  test.each([
    [
      'a second paragraph, which one client reads and another does not',
      `${RELEASE}\nSuite: evil\n`,
      'not one paragraph',
    ],
    ['nothing', '', 'not one paragraph'],
    ['a field twice', RELEASE.replace('Suite:', 'suite: evil\nSuite:'), 'a second time'],
    ['no Date', RELEASE.replace(/^Date.*\n/m, ''), 'Date is not a date'],
    ['a Date of the machine it was made on', RELEASE.replace(' UTC', ' CET'), 'Date is not a date'],
    [
      'a path that climbs out',
      RELEASE.replace('main/binary-all', '../../binary-all'),
      'not a digest, a size and a path',
    ],
    ['a path of its own', RELEASE.replace('main/binary-all', '/binary-all'), 'not a digest, a size and a path'],
    ['a short digest', RELEASE.replace('aaaa', ''), 'not a digest, a size and a path'],
    ['a size that is no number', RELEASE.replace(' 314 ', ' -1 '), 'not a digest, a size and a path'],
    [
      'one file with two digests',
      RELEASE + RELEASE.split('SHA256:\n')[1]?.replaceAll('a'.repeat(64), 'b'.repeat(64)),
      'twice',
    ],
    ['a line that is no field', RELEASE.replace('Codename: stable', 'Codename'), 'is not a field'],
    ['a continuation of nothing', ` x\n${RELEASE}`, 'continues no field'],
  ])('%s is refused', (_, text, says) => {
    expect(() => readRelease(text)).toThrow(says);
  });
});

describe('a stanza of an index', () => {
  const STANZA = `Package: hello\nVersion: 1:1.0~rc1-1\nArchitecture: all\nDescription: x\n long\n .\n more\nFilename: pool/h/hello.deb\nSize: 5\nSHA256: ${HASH}`;
  const stanza = (text: string) => readStanza(readParagraphs(text)[0]!);

  test('is understood', () => {
    const path = 'pool/h/hello.deb';
    expect(stanza(STANZA)).toEqual({
      name: 'hello',
      version: '1:1.0~rc1-1',
      arch: 'all',
      path,
      sizeBytes: 5,
      sha256: HASH,
    });
  });

  test.each([
    ['without a digest', STANZA.replace(/\nSHA256.*/, ''), 'has no sha256'],
    ['without a name', STANZA.replace('Package: hello\n', ''), 'has no package'],
    ['with a digest of another kind', STANZA.replace(HASH, HASH.slice(0, 40)), 'not 64 hex digits'],
    ['whose file lies elsewhere', STANZA.replace('pool/h', '../../etc'), 'out of the repository'],
    ['whose file lies on another host', STANZA.replace('pool/h/', 'http://evil/'), 'out of the repository'],
    ['with a size that is no number', STANZA.replace('Size: 5', 'Size: 5e3'), 'not a number'],
  ])('%s is refused', (_, text, says) => {
    expect(() => stanza(text)).toThrow(says);
  });
});

test.each(['', '/', '/a', 'a/../b', '..', './a', 'a//b', 'a/', 'a\\b', 'a?b', 'a#b', 'http://x/y'])(
  'the path "%s" may lead out of its folder',
  (path) => expect(isInside(path)).toBe(false),
);

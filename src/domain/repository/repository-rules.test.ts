import { describe, expect, test } from 'vitest';
import { EXIT } from '../../kernel/exit-code.ts';
import type { Sha256 } from '../../kernel/ids.ts';
import { toInstant } from '../../kernel/instant.ts';
import { carriedGenerations } from './carried-generations.ts';
import { checkChange } from './check-change.ts';
import type { ListedPackage } from './generation.ts';
import { dateWaitMs, nextDate } from './generation-date.ts';
import { placePackages } from './place-packages.ts';
import { diffContent, EMPTY_CONTENT, planChange } from './plan-change.ts';
import { checkName } from './safe-name.ts';
import { visibleNames } from './visible-names.ts';

const digest = (text: string): Sha256 => Buffer.from(text).toString('hex').padEnd(64, '0') as Sha256;

function deb(name: string, version: string, bytes = `${name}${version}`): ListedPackage {
  const facts = { format: 'deb', name, version, arch: 'all', control: `Package: ${name}` } as const;
  return listed(name, `${name}_${version}_all.deb`, version, bytes, facts);
}
const file = (fileName: string, version: string, bytes = `${fileName}${version}`, revision = 1): ListedPackage => ({
  ...listed(fileName, fileName, version, bytes, { format: 'file' }),
  revision,
});
function listed(
  name: string,
  fileName: string,
  version: string,
  bytes: string,
  facts: ListedPackage['facts'],
): ListedPackage {
  const release = { release: `main-${version}`, version, revision: 1, releasedAt: toInstant(0) };
  return { package: name, fileName, sha256: digest(bytes), sizeBytes: bytes.length, facts, ...release };
}

describe('which repository gets which package', () => {
  const both = { apt: { type: 'apt' }, files: { type: 'files' } } as const;

  test('a deb goes to apt, everything else to files', () => {
    const [hello, tar] = [deb('hello', '1.0'), file('hello-1.0.tar.gz', '1.0')];
    expect(placePackages([hello, tar], both)).toEqual({ apt: [hello], files: [tar] });
  });

  test('in a channel without apt a deb is a file like any other', () => {
    const hello = deb('hello', '1.0');
    expect(placePackages([hello], { files: { type: 'files' } })).toEqual({ files: [hello] });
  });

  test('a package that fits nowhere is an error of the config that names it', () => {
    expect(() => placePackages([file('hello.zip', '1.0')], { apt: { type: 'apt' } })).toThrow(
      expect.objectContaining({
        code: 'SLIP_PACKAGE_UNPLACED',
        exitCode: EXIT.usage,
        message: expect.stringMatching(/hello\.zip.*apt/),
      }),
    );
  });
});

describe('what a release may change in an index', () => {
  const parent = { packages: [deb('hello', '1.0'), deb('other', '3.0')] };
  const ours = (...packages: ListedPackage[]) => new Set(packages.map(({ sha256 }) => sha256));

  test('a new version joins those that are there', () => {
    const added = deb('hello', '1.1');
    const { content, change } = planChange('apt', 'apt', parent, [added]);
    expect(content.packages.map(({ fileName }) => fileName)).toEqual([
      'hello_1.0_all.deb',
      'hello_1.1_all.deb',
      'other_3.0_all.deb',
    ]);
    expect(change).toEqual({ repository: 'apt', added: [added], removed: [], changed: [] });
    expect(() => checkChange('apt', change, ours(added), 'main-1.1')).not.toThrow();
  });

  test('the same package again changes nothing, and keeps the release that brought it', () => {
    const again = { ...deb('hello', '1.0'), release: 'main-9' };
    const { content, change } = planChange('apt', 'apt', parent, [again]);
    expect(content.packages).toEqual(parent.packages);
    expect(change).toMatchObject({ added: [], changed: [] });
  });

  test('other bytes under a live name are refused, and the live entry stays', () => {
    const rebuilt = deb('hello', '1.0', 'rebuilt');
    const { content, change } = planChange('apt', 'apt', parent, [rebuilt]);
    expect(content.packages).toEqual(parent.packages);
    expect(() => checkChange('apt', change, ours(rebuilt), 'main-1.0')).toThrow(
      expect.objectContaining({
        code: 'SLIP_INDEX_CHANGE',
        exitCode: EXIT.refused,
        message: expect.stringMatching(/hello 1\.0 \(all\)/),
      }),
    );
  });

  test('an index that lost an entry, or holds one of another line, is refused by name', () => {
    const mixed = { packages: [deb('hello', '1.0'), deb('weekly', '2.294')] };
    const change = diffContent('apt', 'apt', parent, mixed);
    expect(() => checkChange('apt', change, ours(), 'main-1.1')).toThrow(
      /would lose other 3\.0 \(all\); would gain, although main-1\.1 does not name it, weekly 2\.294 \(all\)/,
    );
  });

  test('two packages of one release cannot have one name', () => {
    const twins = [deb('hello', '1.0', 'one'), { ...deb('hello', '1.0', 'two'), package: 'second' }];
    expect(() => planChange('apt', 'apt', EMPTY_CONTENT, twins)).toThrow(
      expect.objectContaining({ code: 'SLIP_PACKAGE_CLASH', exitCode: EXIT.usage }),
    );
  });

  test('the second revision of a release has a folder of its own', () => {
    const { content, change } = planChange('files', 'files', { packages: [file('a.zip', '1.0')], latest: '1.0' }, [
      file('a.zip', '1.0', 'rebuilt', 2),
    ]);
    expect(change.changed).toEqual([]);
    expect([...visibleNames('hello', 'files', content.packages)].map(({ path }) => path)).toEqual([
      '1.0/SHA256SUMS',
      '1.0/a.zip',
      '1.0-2/SHA256SUMS',
      '1.0-2/a.zip',
    ]);
  });

  test('latest moves with a release that brings files, and stays with one that does not', () => {
    const before = { packages: [file('a.zip', '1.0')], latest: '1.0' };
    expect(planChange('files', 'files', before, [file('a.zip', '1.1')], '1.1').content.latest).toBe('1.1');
    expect(planChange('files', 'files', before, [], '1.1').content.latest).toBe('1.0');
    expect(planChange('files', 'files', EMPTY_CONTENT, [], '1.1').content.latest).toBeUndefined();
  });

  test('a file slipped into an old release changes a name that users have seen', () => {
    const [before] = visibleNames('hello', 'files', [file('a.zip', '1.0')]);
    const [after] = visibleNames('hello', 'files', [file('a.zip', '1.0'), file('b.zip', '1.0')]);
    expect(after?.path).toBe('1.0/SHA256SUMS');
    expect(after?.sha256).not.toBe(before?.sha256);
  });
});

describe('dates', () => {
  const at = (second: number, ms = 0) => toInstant(Date.UTC(2026, 0, 5, 12, 0, second, ms));

  test('a generation is dated now, in whole seconds, and at least a second after its parent', () => {
    expect(nextDate(at(10, 700), undefined)).toBe(at(10));
    expect(nextDate(at(10, 700), at(3))).toBe(at(10));
    expect(nextDate(at(10, 700), at(10))).toBe(at(11));
  });

  test('a clock that jumped back still gives growing dates', () => {
    expect(nextDate(at(0), at(50))).toBe(at(51));
  });

  test('a date more than five seconds ahead is waited for', () => {
    expect(dateWaitMs(at(15), at(10))).toBe(0);
    expect(dateWaitMs(at(17), at(10))).toBe(2000);
  });
});

describe('index files that clients may still ask for', () => {
  const DAY = 24 * 3_600_000;
  const generation = (number: number, day: number, parent: number | null = number - 1 || null) => ({
    number,
    parent,
    date: toInstant(day * DAY),
  });
  const numbers = (list: readonly { number: number }[]) => list.map(({ number }) => number);

  test('those younger than keep are carried, and never fewer than five', () => {
    const generations = Array.from({ length: 20 }, (_, i) => generation(i + 1, i));
    expect(numbers(carriedGenerations(generations, generation(21, 20), 7 * DAY))).toEqual([
      13, 14, 15, 16, 17, 18, 19, 20,
    ]);
    expect(numbers(carriedGenerations(generations, generation(21, 200), 7 * DAY))).toEqual([16, 17, 18, 19, 20]);
  });

  test('one that was live until a minute ago is carried, however old it is and whatever was staged since', () => {
    const staged = Array.from({ length: 6 }, (_, i) => generation(i + 2, 100 + i, 1));
    expect(numbers(carriedGenerations([generation(1, 0), ...staged], generation(8, 107, 1), DAY))).toContain(1);
  });
});

test.each([
  ['', 'empty'],
  ['.htaccess', 'begins with a dot'],
  ['..', 'begins with a dot'],
  ['a/b', 'slash'],
  ['a\\b', 'backslash'],
  ['a\nb', 'control'],
  ['x'.repeat(201), 'longer'],
  ['latest', 'itself'],
])('%j is no name for a file that users will see', (name, why) => {
  expect(() => checkName('file', name, ['latest'])).toThrow(
    expect.objectContaining({ code: 'SLIP_REPOSITORY_NAME', message: expect.stringContaining(why) }),
  );
});

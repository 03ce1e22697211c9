import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareLineVersions } from '../package/version/line-version.ts';
import { allocateVersion } from './allocate-version.ts';
import { baseOfBranch } from './branch-base.ts';
import { patternsCanMeet } from './patterns-can-meet.ts';
import { fillPattern, matchVersion, parseVersionPattern } from './version-pattern.ts';

const weekly = parseVersionPattern('2.{n}');
const stable = parseVersionPattern('2.{base}.{n}');
const free = parseVersionPattern('{any}');

describe('the version of the next release', () => {
  test('is number 1 on a new line, then one more than the highest', () => {
    expect(allocateVersion({ line: 'weekly', pattern: weekly, allocated: [] })).toBe('2.1');
    expect(allocateVersion({ line: 'weekly', pattern: weekly, allocated: ['2.9', '2.10', '2.3'] })).toBe('2.11');
  });

  test('counts for each base by itself', () => {
    const allocated = ['2.277.1', '2.277.2', '2.289.1'];
    expect(allocateVersion({ line: 'stable', pattern: stable, allocated, base: '289' })).toBe('2.289.2');
    expect(allocateVersion({ line: 'stable', pattern: stable, allocated, base: '303' })).toBe('2.303.1');
  });

  test('is refused on an older branch, where it would not be greater than what users have', () => {
    const request = { line: 'stable', pattern: stable, allocated: ['2.277.1', '2.289.1'], base: '277' };
    expect(() => allocateVersion(request)).toThrow('2.277.2 is not greater than 2.289.1');
  });

  test('goes on from a version that somebody asked for', () => {
    const asked = allocateVersion({ line: 'weekly', pattern: weekly, allocated: ['2.3'], asked: '2.300' });
    expect(asked).toBe('2.300');
    expect(allocateVersion({ line: 'weekly', pattern: weekly, allocated: ['2.3', asked] })).toBe('2.301');
  });

  test('is never one that was spent, even by a release that failed', () => {
    const request = { line: 'weekly', pattern: weekly, allocated: ['2.294', '2.295'], asked: '2.294' };
    expect(() => allocateVersion(request)).toThrow('allocated before');
  });

  test.each([
    ['3.1', weekly, undefined, 'does not fit "2.{n}"'],
    ['2.07', weekly, undefined, 'does not fit'],
    ['2.5-rc1', weekly, undefined, 'does not fit'],
    ['2.289.1', stable, '277', 'belongs to base 289'],
    ['not a version', free, undefined, 'does not fit'],
  ])('%s is not one of that line', (asked, pattern, base, why) => {
    const request = { line: 'l', pattern, allocated: [], asked, ...(base === undefined ? {} : { base }) };
    expect(() => allocateVersion(request)).toThrow(why);
  });

  test('must be said on a line that does not count, and may be a release candidate there', () => {
    expect(() => allocateVersion({ line: 'main', pattern: free, allocated: ['1.0'] })).toThrow('no version was given');
    expect(allocateVersion({ line: 'main', pattern: free, allocated: ['1.0'], asked: '2.0-rc1' })).toBe('2.0-rc1');
    expect(() => allocateVersion({ line: 'main', pattern: free, allocated: ['2.0'], asked: '2.0-rc1' })).toThrow(
      'not greater than 2.0',
    );
  });

  test('is not guessed when the branch is not known', () => {
    expect(() => allocateVersion({ line: 'stable', pattern: stable, allocated: [] })).toThrow('{base}');
  });

  test('{n} is greater than everything before it, whatever was asked for on the way', () => {
    const step = fc.option(fc.integer({ min: 1, max: 5000 }));
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 30 }),
        fc.constantFrom('2.{n}', '1.0-rc{n}', '{n}', '{n}.5'),
        (steps, text) => {
          const pattern = parseVersionPattern(text);
          const allocated: string[] = [];
          for (const asked of steps) {
            const wanted = asked === null ? {} : { asked: fillPattern(pattern, { n: asked }) };
            let version: string;
            try {
              version = allocateVersion({ line: 'l', pattern, allocated, ...wanted });
            } catch (error) {
              expect(wanted).toHaveProperty('asked'); // only what somebody asks for can be refused
              expect(error).toHaveProperty('code', 'SLIP_VERSION_REFUSED');
              continue;
            }
            for (const before of allocated) expect(compareLineVersions(version, before)).toBeGreaterThan(0);
            allocated.push(version);
          }
        },
      ),
    );
  });
});

describe('patterns of versions', () => {
  test('a version that was filled in is read back', () => {
    const base = fc.array(fc.nat({ max: 999 }), { minLength: 1, maxLength: 3 }).map((fields) => fields.join('.'));
    fc.assert(
      fc.property(base, fc.nat(), fc.constantFrom('2.{base}.{n}', '{base}.{n}', '{base}-rc{n}'), (b, n, text) => {
        const pattern = parseVersionPattern(text);
        expect(matchVersion(pattern, fillPattern(pattern, { base: b, n }))).toEqual({ base: b, n });
      }),
    );
  });

  test.each([
    ['2.1', 'neither {n} nor {any}'],
    ['2.{base}', 'neither {n} nor {any}'],
    ['2.{x}', 'the field {x}'],
    ['{n}.{any}', 'both {n} and {any}'],
    ['{n}.{n}', '{n} twice'],
    ['2{n}', 'right after a digit'],
    ['{base}{n}', 'right after a digit or a field'],
    ['{n}0', 'a digit right after a field'],
    ['2.{n', 'a brace without its partner'],
    ['v{n}', 'gives no version'],
    ['2.{n}_1', 'gives no version'],
    ['', 'neither'],
  ])('%j is refused, and the message says why', (text, why) => {
    expect(() => parseVersionPattern(text)).toThrow(why);
  });

  test.each([
    ['stable-2.{base}', 'stable-2.289', '289'],
    ['release-{base}', 'release-1.27', '1.27'],
  ])('the base of branch pattern %s on %s is %s', (pattern, branch, base) => {
    expect(baseOfBranch('stable', pattern, branch)).toBe(base);
  });

  test.each([
    ['stable-2.{base}', 'master'],
    ['stable-2.{base}', 'stable-2.x'],
    ['stable-2.{base}', undefined],
    [undefined, 'master'],
    ['master', 'master'],
  ])('branch pattern %s gives no base on %s', (pattern, branch) => {
    expect(() => baseOfBranch('stable', pattern, branch)).toThrow('{base} in the versions of line stable is not known');
  });

  test.each([
    ['2.{n}', '2.{base}.{n}', false],
    ['2.{n}', '3.{n}', false],
    ['2.{n}', '2.{n}', true],
    ['2.{n}', '{any}', true],
    ['2.{n}', '2.{n}-beta', false],
    ['{base}.{n}', '2.{n}', true],
    ['{n}', '{base}.{n}', false],
    ['2.{base}.{n}', '{n}.5.1', true],
  ])('on one channel, can %s and %s meet? %s', (a, b, meet) => {
    expect(patternsCanMeet(parseVersionPattern(a), parseVersionPattern(b))).toBe(meet);
    expect(patternsCanMeet(parseVersionPattern(b), parseVersionPattern(a))).toBe(meet);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ReleaseId, StepId } from '../../kernel/ids.ts';
import { attemptName } from './attempt-name.ts';

const name = (run: string, step: string, n: number) => attemptName(run as ReleaseId, step as StepId, n);

describe('the name of an attempt', () => {
  test.each([
    ['weekly-2.294', 'msi', 1, 'slw-weekly-2.294-msi-1'],
    ['main-1.1-2', 'deb', 12, 'slw-main-1.1-2-deb-12'],
    ['main-1.1', 'release-notes', 1, /^slw-main-1\.1-release-notes-[0-9a-f]{6}-1$/],
    ['main-1.1', 'abc123', 1, /^slw-main-1\.1-abc123-[0-9a-f]{6}-1$/],
    ['main-1.1~rc1', 'deb', 1, /^slw-main-1\.1-rc1-deb-[0-9a-f]{6}-1$/],
  ])('of %s %s %i is plain where it can be read back, and has a hash elsewhere', (run, step, n, expected) => {
    expect(name(run, step, n)).toMatch(expected);
  });

  test('revision 2 of a release and a step called 2-deb do not meet', () => {
    expect(name('main-1.1', '2-deb', 1)).not.toBe(name('main-1.1-2', 'deb', 1));
  });

  const part = fc.stringMatching(/^[a-z0-9]([a-z0-9.-]{0,40}[a-z0-9])?$/);
  const attempts = fc.record({ run: part, step: part, n: fc.integer({ min: 1, max: 9999 }) });

  test('fits a label of 63 characters, whatever the run and the step are called', () => {
    fc.assert(
      fc.property(attempts, ({ run, step, n }) => {
        expect(name(run, step, n)).toMatch(/^slw-[a-z0-9.-]{1,58}[0-9]$/);
        expect(name(run, step, n).length).toBeLessThanOrEqual(63);
      }),
    );
  });

  test('is never that of another attempt', () => {
    // Few letters, so that prefixes, hyphens and endings that look alike do come up.
    const tight = fc.stringMatching(/^[ab12]([ab12-]{0,6}[ab12])?$/);
    const tightAttempts = fc.array(fc.tuple(tight, tight, fc.integer({ min: 1, max: 12 })), { maxLength: 60 });
    fc.assert(
      fc.property(tightAttempts, (rows) => {
        const keys = new Set(rows.map((row) => row.join('\0')));
        const names = new Set(rows.map(([run, step, n]) => name(run, step, n)));
        expect(names.size).toBe(keys.size);
      }),
    );
  });
});

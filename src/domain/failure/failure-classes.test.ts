import { describe, expect, test } from 'vitest';
import { EXIT } from '../../kernel/exit-code.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';
import { exitCodeOfFailures, FAILURE_CLASSES, failureOfError, failureOfExit, stepFailure } from './failure-classes.ts';

const AT = { run: 'main-1.1', step: 'deb' };

class WrongError extends SlipwayError {
  readonly code = 'SLIP_SOURCE_DIGEST';
}
class TakenError extends SlipwayError {
  readonly code = 'SLIP_NAME_TAKEN';
  override readonly exitCode = EXIT.refused;
}

describe('failures of steps', () => {
  test.each([
    [{ how: 'exit', container: 'build', code: 2 }, 'STEP_FAILED', 'build ended with exit code 2.'],
    [{ how: 'signal', container: 'build', signal: 'SIGSEGV' }, 'STEP_SIGNALLED', 'build was ended by SIGSEGV'],
    [{ how: 'timeout', container: 'build', afterMs: 1_800_000 }, 'STEP_TIMEOUT', 'time-out of 1800 s'],
    [{ how: 'stopped', reason: 'kill by hand' }, 'STEP_STOPPED', 'kill by hand'],
    [{ how: 'agent', code: 'SLIP_AGENT_DISK_FULL', message: 'The disk is full' }, 'AGENT_FAILED', 'The disk is full'],
  ] as const)('an attempt that ended with %o is %s', (exit, name, sentence) => {
    expect(failureOfExit(exit, AT)).toMatchObject({ class: name, sentence: expect.stringContaining(sentence) });
  });

  test('exit code 0 is no failure, and any other is kept as a number', () => {
    expect(failureOfExit({ how: 'exit', container: 'run', code: 0 }, AT)).toBeUndefined();
    expect(failureOfExit({ how: 'exit', container: 'run', code: 77 }, AT)?.exitCode).toBe(77);
  });

  test('every class of the table says when it is given, and its remedy names what to type', () => {
    for (const [name, row] of Object.entries(FAILURE_CLASSES)) {
      expect(name).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
      expect(row.says).toMatch(/\.$/);
      expect(row.remedy(AT)).toMatch(/"slipway (resume|abandon) main-1\.1/);
    }
  });

  test('an error of a port keeps its words; its class is its code', () => {
    expect(failureOfError(new WrongError('app.tar is other bytes.', 'Fetch it again.'))).toEqual({
      class: 'SOURCE_DIGEST',
      sentence: 'app.tar is other bytes.',
      remedy: 'Fetch it again.',
    });
  });

  test('a command exits 6 when any failure is a refusal, 1 for the others', () => {
    const failed = stepFailure('STEP_FAILED', AT, 'x');
    expect(exitCodeOfFailures([])).toBe(EXIT.done);
    expect(exitCodeOfFailures([failed])).toBe(EXIT.failed);
    expect(exitCodeOfFailures([failed, stepFailure('BYTES_CHANGED', AT, 'x')])).toBe(EXIT.refused);
    expect(exitCodeOfFailures([failureOfError(new TakenError('x', 'y'))])).toBe(EXIT.refused);
  });
});

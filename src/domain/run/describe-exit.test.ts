import { expect, test } from 'vitest';
import type { AttemptExit } from './attempt.ts';
import { describeExit } from './describe-exit.ts';

test.each<[AttemptExit, RegExp]>([
  [{ how: 'exit', container: 'build', code: 1 }, /^build ended with exit code 1\.$/],
  [{ how: 'exit', container: 'build', code: 127 }, /exit code 127: a command was not found/],
  [{ how: 'exit', container: 'build', code: 126 }, /exit code 126: a command was found but could not be executed/],
  [{ how: 'exit', container: 'build', code: 137 }, /ended by SIGKILL \(often the kernel, out of memory\)/],
  [{ how: 'exit', container: 'build', code: 200 }, /^build ended with exit code 200\.$/],
  [{ how: 'signal', container: 'sign', signal: 'SIGSEGV' }, /^sign was ended by SIGSEGV\.$/],
  [{ how: 'timeout', container: 'build', afterMs: 1_800_000 }, /time-out of 1800 s/],
  [{ how: 'stopped', reason: 'alice cancelled it' }, /stopped: alice cancelled it/],
  [
    { how: 'agent', code: 'SLIP_AGENT_DISK_FULL', message: 'The disk is full.' },
    /The disk is full\. \[SLIP_AGENT_DISK_FULL\]/,
  ],
])('%j reads as a sentence', (exit, sentence) => {
  expect(describeExit(exit)).toMatch(sentence);
});

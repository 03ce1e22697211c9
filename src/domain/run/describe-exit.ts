import type { AttemptExit } from './attempt.ts';

/** Signal numbers of Linux that end a command often enough to have a name here (signal(7)). */
const SIGNALS: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  15: 'SIGTERM',
};

const SECOND_MS = 1000;

/** How an attempt ended, in one sentence for the person who has to do something about it. */
export function describeExit(exit: AttemptExit): string {
  switch (exit.how) {
    case 'exit':
      return `${exit.container} ended with exit code ${exit.code}${meaningOf(exit.code)}.`;
    case 'signal':
      return `${exit.container} was ended by ${exit.signal}${hintFor(exit.signal)}.`;
    case 'timeout':
      return `${exit.container} was ended: the time-out of ${exit.afterMs / SECOND_MS} s had passed.`;
    case 'stopped':
      return `The attempt was stopped: ${exit.reason}.`;
    case 'agent':
      return `The agent failed: ${exit.message} [${exit.code}]`;
  }
}

/** What shells mean by their own exit codes (POSIX, Shell Command Language, 2.8.2). */
function meaningOf(code: number): string {
  if (code === 126) return ': a command was found but could not be executed (no permission, or not a program)';
  if (code === 127)
    return ': a command was not found. Its name is in the log; install it, or name its folder in PATH under env';
  const signal = SIGNALS[code - 128];
  return signal === undefined ? '' : `: a command in it was ended by ${signal}${hintFor(signal)}`;
}

const hintFor = (signal: string): string => (signal === 'SIGKILL' ? ' (often the kernel, out of memory)' : '');

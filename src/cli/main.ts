#!/usr/bin/env node
// The supervisor of an attempt is this same program under a hidden verb: it must start fast and stay small.
if (process.argv[2] === 'supervise') {
  const { superviseAttempt } = await import('../compose.ts');
  await superviseAttempt(process.argv.slice(3));
} else {
  const { runCommandLine } = await import('./command-line.ts');
  process.exitCode = await runCommandLine(process.argv.slice(2));
}

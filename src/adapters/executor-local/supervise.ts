import { readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { AttemptSpec } from '../../domain/run/attempt.ts';
import type { Instant } from '../../kernel/instant.ts';
import { hasCode } from '../../system/has-code.ts';
import { AgentDiskFullError } from './agent-error.ts';
import { agentExit } from './agent-exit.ts';
import { type AttemptPaths, pathsIn } from './attempt-paths.ts';
import { createFile } from './durable-file.ts';
import { Ending } from './ending.ts';
import { ExitReservation } from './exit-record.ts';
import type { Launch, LaunchAnswer } from './launch.ts';
import { ownIdentity } from './process-identity.ts';
import { type AttemptResult, runAttempt } from './run-attempt.ts';

/**
 * The hidden verb `supervise <attempt folder>`: a small process that owns one attempt from its first command to `exit.json`,
 * whatever becomes of whoever started it.
 */
export async function supervise(folder: string): Promise<void> {
  process.umask(0o022); // outputs must not depend on who starts us
  const paths = pathsIn(folder);
  const ending = new Ending();
  process.on('SIGTERM', () => ending.end({ how: 'stopped', reason: stopReason(paths) }));
  process.on('SIGINT', () => ending.end({ how: 'stopped', reason: stopReason(paths) }));
  process.on('SIGHUP', () => undefined); // a terminal that closes ends no step

  const launch = await readLaunch(process.stdin);
  if (launch === undefined) return; // whoever started us died in the middle of it: nothing has begun
  const spec = JSON.parse(readFileSync(paths.spec, 'utf8')) as AttemptSpec; // our own program wrote, fsynced and renamed it
  const startedAt = Date.now() as Instant;
  const reservation = begin(paths, launch, startedAt);
  if (reservation === undefined) return;
  const misplaced = placeWork(paths, launch);
  answer({ state: 'begun' });
  const { exit, valuesHoldSecret } = misplaced ?? (await runAttempt({ spec, launch, paths, ending }));
  reservation.fill(paths.exit, { exit, startedAt, endedAt: Date.now() as Instant, valuesHoldSecret });
}

/** All or nothing: a message that broke off is none. */
async function readLaunch(stdin: Readable): Promise<Launch | undefined> {
  let text = '';
  stdin.setEncoding('utf8');
  for await (const chunk of stdin) text += chunk;
  return text.endsWith('\n') ? (JSON.parse(text) as Launch) : undefined;
}

/** The claim decides who runs the attempt: whoever makes the file, once and for ever. Everything before it can be repeated. */
function begin(paths: AttemptPaths, launch: Launch, startedAt: Instant): ExitReservation | undefined {
  try {
    const reservation = new ExitReservation(paths.exit, launch.prepared);
    if (createFile(paths.claim, `${JSON.stringify({ ...ownIdentity(), startedAt })}\n`)) return reservation;
    reservation.release();
    answer({ state: 'taken' });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    answer({ state: 'failed', isDiskFull: error instanceof AgentDiskFullError, message });
    process.exitCode = 1;
  }
  return undefined;
}

/** What was prepared for this launch becomes the work folder. From here on an error is the attempt's exit. */
function placeWork(paths: AttemptPaths, launch: Launch): AttemptResult | undefined {
  try {
    renameSync(join(paths.folder, launch.prepared), paths.work);
    return undefined;
  } catch (error) {
    return { exit: agentExit(error, paths.work), valuesHoldSecret: false };
  }
}

function answer(said: LaunchAnswer): void {
  try {
    writeSync(1, `${JSON.stringify(said)}\n`);
  } catch (error) {
    if (!hasCode(error, 'EPIPE')) throw error; // whoever started us is gone: the attempt goes on without
  }
}

function stopReason(paths: AttemptPaths): string {
  try {
    const { reason } = JSON.parse(readFileSync(paths.stop, 'utf8')) as { readonly reason: string };
    return reason;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 'its supervisor was sent a signal';
    // To end matters more than to say why: thrown in a signal's handler this would leave the commands running.
    return `it was stopped, and the reason could not be read (${error instanceof Error ? error.message : String(error)})`;
  }
}

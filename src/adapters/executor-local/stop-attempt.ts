import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AttemptName } from '../../kernel/ids.ts';
import type { Instant } from '../../kernel/instant.ts';
import { hasCode } from '../../system/has-code.ts';
import { AgentDiskFullError } from './agent-error.ts';
import type { AttemptPaths } from './attempt-paths.ts';
import { claimRecord, readRecord } from './attempt-records.ts';
import { createFile, replaceFile } from './durable-file.ts';
import { endProcesses } from './end-processes.ts';
import type { EndingPolicy } from './ending-policy.ts';
import { ExitReservation } from './exit-record.ts';
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity.ts';
import { markEntries } from './step-environment.ts';

const POLL_MS = 20;
/** For a supervisor's own work on top of its grace: it may have to read and write the last of a log. */
const SUPERVISOR_MS = 30_000;

/** Ends an attempt and all its processes, in whatever state it is. */
export async function stopAttempt(
  name: AttemptName,
  paths: AttemptPaths,
  reason: string,
  policy: EndingPolicy,
): Promise<void> {
  if (!existsSync(paths.spec)) return; // nobody has ever begun to start it
  const claim = (await readRecord(paths.claim, claimRecord)) ?? (await forbid(paths, reason));
  if (claim === undefined) return;
  if (!existsSync(paths.exit) && isAlive(claim)) await askSupervisor(claim, paths, reason, policy);
  // A supervisor leaves nothing behind, unless it was killed itself.
  await endProcesses({ environment: markEntries(name, paths.work) }, policy);
}

/** Takes the attempt, so that no supervisor that is just starting can. @returns the claim of one that was faster. */
async function forbid(paths: AttemptPaths, reason: string): Promise<ProcessIdentity | undefined> {
  const at = Date.now() as Instant;
  const reservation = new ExitReservation(paths.exit, `stop-${randomUUID()}`);
  if (!createFile(paths.claim, `${JSON.stringify({ ...ownIdentity(), startedAt: at })}\n`)) {
    reservation.release();
    return readRecord(paths.claim, claimRecord);
  }
  reservation.fill(paths.exit, {
    exit: { how: 'stopped', reason },
    startedAt: at,
    endedAt: at,
    valuesHoldSecret: false,
  });
  return undefined;
}

async function askSupervisor(supervisor: ProcessIdentity, paths: AttemptPaths, reason: string, policy: EndingPolicy) {
  try {
    replaceFile(paths.stop, `${JSON.stringify({ reason })}\n`);
  } catch (error) {
    if (!(error instanceof AgentDiskFullError)) throw error; // to end it matters more than to say why
  }
  signal(supervisor, 'SIGTERM');
  const { termGraceMs, killWaitMs, lingerMs, drainMs } = policy;
  const until = performance.now() + 2 * (termGraceMs + killWaitMs + lingerMs + drainMs) + SUPERVISOR_MS;
  while (isAlive(supervisor)) {
    if (performance.now() > until) signal(supervisor, 'SIGKILL');
    await sleep(POLL_MS);
  }
}

function signal(supervisor: ProcessIdentity, name: NodeJS.Signals): void {
  try {
    if (isAlive(supervisor)) process.kill(supervisor.pid, name);
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error; // it has just ended
  }
}

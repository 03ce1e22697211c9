import { setTimeout as pause } from 'node:timers/promises';
import { type GpgHomeSettings, runGpg } from './run-gpg.ts';

interface Session {
  users: number;
  /** The agent that was there before us: it is somebody else's and stays. */
  readonly foreignPid: Promise<number | undefined>;
}

/** Per home: who uses its agent now, and the end of the session before. Two signers may share one home and so one agent. */
const sessions = new Map<string, Session>();
const endings = new Map<string, Promise<void>>();

const END_WITHIN_MS = 5000;
const LOOK_EVERY_MS = 25;

/**
 * Does something with gpg and leaves no agent behind that was not there before. gpg starts one by itself; it would outlive us
 * with an unlocked key, so the last user of the session ends it, by its process id and no other's.
 */
export async function borrowAgent<Value>(settings: GpgHomeSettings, use: () => Promise<Value>): Promise<Value> {
  const key = settings.home ?? '';
  const session = sessions.get(key) ?? begin(key, settings);
  session.users++;
  try {
    await session.foreignPid;
    return await use();
  } finally {
    session.users--;
    if (session.users === 0) {
      sessions.delete(key);
      const ending = session.foreignPid.then(
        (foreignPid) => (foreignPid === undefined ? endAgent(settings) : undefined),
        () => undefined, // nobody could be asked, so nothing was started; the caller has been told why
      );
      endings.set(
        key,
        ending.then(
          () => undefined,
          () => undefined, // told to this caller below
        ),
      );
      await ending;
    }
  }
}

function begin(key: string, settings: GpgHomeSettings): Session {
  const previous = (endings.get(key) ?? Promise.resolve()).catch(() => undefined); // told to its own caller
  const session = { users: 0, foreignPid: previous.then(() => agentPid(settings)) };
  sessions.set(key, session);
  return session;
}

async function endAgent(settings: GpgHomeSettings): Promise<void> {
  const pid = await agentPid(settings);
  if (pid === undefined) return;
  try {
    process.kill(pid, 'SIGTERM');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ESRCH') throw cause; // gone between question and signal
  }
  const deadline = performance.now() + END_WITHIN_MS;
  while ((await agentPid(settings)) === pid && performance.now() < deadline) await pause(LOOK_EVERY_MS);
}

/** Asks through the home's own socket, so that the answer is this home's agent. */
async function agentPid(settings: GpgHomeSettings): Promise<number | undefined> {
  const { output } = await runGpg(settings, 'gpg-connect-agent', ['--no-autostart', 'GETINFO pid', '/bye']);
  const pid = /^D (\d+)$/m.exec(output.toString())?.[1];
  return pid === undefined ? undefined : Number(pid);
}

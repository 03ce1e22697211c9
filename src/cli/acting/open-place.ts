import { userInfo } from 'node:os';
import type { OpenedState, OpenedWorld, StateAccess } from '../../compose.ts';
import type { Actor } from '../../conductor/release/release-world.ts';
import type { CliContext } from '../context.ts';

/** Opens the journal, does the work, closes it whatever happens. */
export async function withState<Result>(
  context: CliContext,
  access: StateAccess,
  work: (state: OpenedState) => Promise<Result>,
): Promise<Result> {
  const state = await context.parts.openState(context, access);
  try {
    return await work(state);
  } finally {
    await state.journal.close();
  }
}

/** The same with everything a release asks of the world. */
export async function withWorld<Result>(
  context: CliContext,
  access: StateAccess,
  work: (world: OpenedWorld) => Promise<Result>,
): Promise<Result> {
  return await withState(context, access, async (state) => await work(await context.parts.openWorld(context, state)));
}

/**
 * Who asks. The login comes from the kernel's user id, not from the environment; somebody who came through sudo is
 * recorded as the person they are.
 */
export function actorOf(env: NodeJS.ProcessEnv): Actor {
  const { username, uid } = userInfo();
  const behind = env['SUDO_USER'];
  return { login: uid === 0 && behind !== undefined && behind !== '' ? behind : username, proof: 'os-user' };
}

import type { ReleaseHouse } from './release-house.ts';
import { verbsOf } from './verbs.ts';

type Verbs = ReturnType<typeof verbsOf>;

/** Something a person wants, whatever has become of it already: asked again after a crash it does only what is left. */
export type Wish = (verbs: Verbs, house: ReleaseHouse) => Promise<void>;

const phaseOf = async (verbs: Verbs, id: string): Promise<string | undefined> => {
  const state = await verbs.state(id).catch((cause: { code?: string }) => {
    if (cause.code === 'SLIP_RELEASE_NOT_FOUND') return undefined;
    throw cause;
  });
  return state?.phase;
};

async function planned(verbs: Verbs, id: string): Promise<void> {
  if ((await phaseOf(verbs, id)) !== undefined) return;
  const [line = '', version = ''] = id.split('-');
  await verbs.plan(line, { version });
}

/** Up to a proved candidate. */
export const wantProved =
  (id: string): Wish =>
  async (verbs) => {
    await planned(verbs, id);
    const phase = (await phaseOf(verbs, id)) ?? '';
    if (['planned', 'building', 'staged'].includes(phase)) await verbs.verify(id);
  };

/** Users see it, and everything after is done. */
export const wantReleased =
  (id: string): Wish =>
  async (verbs, house) => {
    await planned(verbs, id);
    for (let tries = 0; (await phaseOf(verbs, id)) !== 'settled'; tries += 1) {
      const { failure, isUndone } = await verbs.state(id);
      const again = isUndone && failure === undefined;
      const outcome = await (again ? verbs.promote(id) : verbs.resume(id)).catch((cause: unknown) => ({ cause }));
      if ('exit' in outcome && outcome.exit === 3) await wantApproved(id)(verbs, house);
      if (tries > 5) throw new Error(`${id} does not come to its end: ${JSON.stringify(outcome)}`);
    }
  };

/** Bob, who made nothing of it, approves it. */
export const wantApproved =
  (id: string): Wish =>
  async (_, house) => {
    await verbsOf(house, house.process().world, 'bob').say('approve', id);
  };

export const wantUndone =
  (id: string): Wish =>
  async (verbs) => {
    if ((await phaseOf(verbs, id)) !== 'undone') await verbs.undo(id);
  };

export const wantAbandoned =
  (id: string): Wish =>
  async (verbs) => {
    await verbs.abandon(id);
  };

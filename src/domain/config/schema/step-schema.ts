import { z } from 'zod';
import { key } from './key.ts';
import { stepKeys } from './package-schema.ts';
import { anyText, choice, duration, flag, name, templateText, text, whole } from './scalars.ts';

const CLIENTS_HERE: ReadonlySet<unknown> = new Set(['reader', 'apt']);

const client = () =>
  key(
    text(/^[a-z0-9][A-Za-z0-9._/:@-]*$/, {
      write: 'a client (apt, dnf, zypper, windows) or an image, such as "debian:12"',
    }),
    'A client, or an image whose client is run.',
    (value) => (CLIENTS_HERE.has(value) ? undefined : { needs: `the client "${String(value)}"` }),
  );

const CONDITION = 'Skipped unless this is true; see templates. For steps of your own: with `uses`, `plan` refuses it.';
const GOES_ON = 'Its failure does not stop the release. For steps of your own: with `uses`, `plan` refuses it.';
const own = {
  if: key(anyText('a condition').optional(), CONDITION),
  continueOnError: key(flag().default(false), GOES_ON),
};
/** A promotion that depends on a condition, or goes on without its proof, needs rules that are not made yet. */
const ofSlipway = {
  if: key(anyText('a condition').optional(), CONDITION, () => ({ needs: "conditions on Slipway's own steps" })),
  continueOnError: key(flag().default(false), GOES_ON, (value) =>
    value === true ? { needs: "going on after a failure of Slipway's own steps" } : undefined,
  ),
};

const builtIn = <Uses extends string, With extends z.ZodType>(uses: Uses, options: With, meaning: string) =>
  z.strictObject({ ...ofSlipway, uses: key(z.literal(uses), meaning), with: key(options, 'Options of `uses`.') });

/** `steps[]`: what a release goes through, in order. */
export const stepSchema = z.discriminatedUnion('uses', [
  builtIn('build', z.strictObject({}).prefault({}), 'Builds the packages.'),
  builtIn(
    'stage',
    z.strictObject({ keep: key(duration().default('21d'), 'How long a candidate is kept.') }).prefault({}),
    'Writes the candidate beside what is live.',
  ),
  builtIn(
    'verify',
    z.strictObject({
      view: key(choice('staging', 'live'), 'What is looked at.'),
      clients: key(z.array(client()).min(1).optional(), 'Clients to prove it with; all that are here when left out.'),
      upgradeFrom: key(
        templateText('a version').optional(),
        'The version to upgrade from; the live one when left out.',
        'proofs of an upgrade from a named version',
      ),
    }),
    'Installs with real clients.',
  ),
  builtIn('approve', z.strictObject({}).prefault({}), 'Waits for the gates of the line.'),
  key(
    builtIn(
      'mirrors',
      z
        .strictObject({
          carry: key(whole(0).default(0), 'How many mirrors must have the bytes first.'),
          timeout: key(duration().default('2h'), 'How long they may take.'),
        })
        .prefault({}),
      'Waits for mirrors.',
    ),
    'Waits for mirrors.',
    'mirrors',
  ),
  builtIn(
    'promote',
    z
      .strictObject({
        order: key(z.array(name('a repository')).min(1).optional(), 'Repositories in the order they go live.'),
        deadline: key(duration().default('45m'), 'For the whole promotion.'),
        onFailure: key(choice('undo', 'hold').default('undo'), 'Before the pivot: take it back, or stop and ask.'),
      })
      .prefault({}),
    'Makes it what users get.',
  ),
  z.strictObject({
    ...own,
    ...stepKeys,
    uses: z.undefined().optional(),
    id: key(name('an id').optional(), 'Name of a step of your own.'),
    with: key(z.record(z.string(), z.json()).optional(), 'Options of `uses`.'),
    idempotent: key(flag().default(false), 'May run again after its commands had started.'),
  }),
]);

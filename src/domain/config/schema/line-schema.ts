import { z } from 'zod';
import { key, scalarKinds } from './key.ts';
import { cron, flag, name, path, words } from './scalars.ts';
import { stepSchema } from './step-schema.ts';

const versions = () =>
  z
    .string()
    .min(1)
    .register(scalarKinds, { write: 'a pattern in quotes, such as "2.{n}"', code: 'SLIP_CONFIG_VERSIONS' });

/** `lines.<name>`: one series of versions that goes to one channel. */
export const lineSchema = z.strictObject({
  extends: key(
    name('a line').optional(),
    'Another line whose keys this one starts from; maps merge, the rest is replaced, null removes.',
  ),
  branch: key(
    words('a branch pattern, such as "stable-{base}"').optional(),
    'The git branch; `{base}` captures a part of its name. Any branch when left out.',
  ),
  versions: key(
    versions(),
    'How versions look: `{n}` is the next number, `{base}` comes from the branch, `{any}` from `--version`.',
  ),
  channel: key(name('a channel'), 'The channel that users of this line read.'),
  schedule: key(
    z
      .strictObject({
        stage: key(cron().optional(), 'When to plan, build, stage and verify by itself.'),
        promote: key(cron().optional(), 'When to promote what is verified and has passed its gates.'),
      })
      .optional(),
    'When the verbs run by themselves; by hand when left out.',
    'schedules',
  ),
  gates: key(z.array(name('a gate')).default([]), 'Gates that must pass before promotion.'),
  critical: key(flag().default(false), 'All packages of this line down counts as critical.', (value) =>
    value === true ? { needs: 'the watcher' } : undefined,
  ),
  embargo: key(flag().default(false), 'Nothing is written outside staging before promotion.', (value) =>
    value === true ? { needs: 'embargoed releases' } : undefined,
  ),
  packages: key(z.array(name('a package')).min(1).optional(), 'Which packages belong to this line; all when left out.'),
  steps: key(z.array(stepSchema).min(1).optional(), "This line's own steps, instead of those of the file."),
  checklist: key(path('the path of a checklist').optional(), 'A file whose items join the plan.', 'checklists'),
});

import { z } from 'zod';
import { retrySchema } from './agent-schema.ts';
import { key } from './key.ts';
import { archiveOptions, debOptions, msiOptions, rpmOptions } from './package-options-schema.ts';
import { duration, flag, image, innerPath, name, scalar, variableName, words } from './scalars.ts';

const POD = 'pods in a cluster';

export const envSchema = z.record(
  variableName(),
  key(
    scalar('text, or env:NAME, file:PATH, kube:SECRET/KEY for a secret'),
    'Text, or a reference to a secret.',
    (value) => (typeof value === 'string' && value.startsWith('kube:') ? { needs: 'secrets of a cluster' } : undefined),
  ),
);

const containerSchema = z.strictObject({
  name: key(name('a name'), 'Shown in logs.'),
  run: key(words('a script'), 'The script; never templated.'),
  image: key(image().optional(), "Instead of the agent's.", POD),
  env: key(envSchema.default({}), 'Its own environment, besides that of the step.'),
});

/** What every step that runs commands may say. */
export const stepKeys = {
  run: key(words('a script').optional(), 'The script; never templated: it reads SLIPWAY_VERSION and its env.'),
  containers: key(
    z.array(containerSchema).min(1).optional(),
    'Several scripts, one after the other in one work folder.',
  ),
  inputs: key(
    z.array(name('a source or a package')).default([]),
    'Sources and packages it needs, each at `./<name>/`.',
  ),
  outputs: key(z.array(innerPath('a glob')).min(1).optional(), 'Globs of the files to keep.'),
  agent: key(name('an agent').default('local'), 'Where it runs.'),
  image: key(image().optional(), "Instead of the agent's.", POD),
  dir: key(innerPath('a folder').optional(), 'Where the script starts, below the work folder.'),
  env: key(envSchema.default({}), 'Environment of its commands.'),
  volumes: key(z.array(name('a volume')).optional(), 'Volumes of the agent to mount.', POD),
  timeout: key(duration().optional(), "For the commands; the agent's when left out."),
  retry: key(retrySchema.optional(), "Instead of the agent's."),
};

const shared = {
  ...stepKeys,
  from: key(name('a source').optional(), 'Take this source as it is.'),
  sign: key(name('a signing name').optional(), 'The key this package is signed with.'),
  idempotent: key(flag().default(true), 'May run again after its commands had started.'),
};

const USES = 'Built in: deb, rpm, msi, tar or zip.';

/** `packages.<name>`: one file that users get, made by one step. */
export const packageSchema = z.discriminatedUnion('uses', [
  z.strictObject({
    ...shared,
    uses: key(z.literal('deb'), USES),
    with: key(debOptions.prefault({}), 'Options of the Debian package.'),
  }),
  z.strictObject({
    ...shared,
    uses: key(z.literal('tar'), USES),
    with: key(archiveOptions.prefault({}), 'Options of the archive.'),
  }),
  z.strictObject({
    ...shared,
    uses: key(z.literal('zip'), USES),
    with: key(archiveOptions.prefault({}), 'Options of the archive.'),
  }),
  key(
    z.strictObject({
      ...shared,
      uses: key(z.literal('rpm'), USES),
      with: key(rpmOptions.prefault({}), 'Options of the rpm package.'),
    }),
    'A package made by rpm.',
    'rpm packages',
  ),
  key(
    z.strictObject({
      ...shared,
      uses: key(z.literal('msi'), USES),
      with: key(msiOptions.prefault({}), 'Options of the Windows package.'),
    }),
    'A package made by msi.',
    'msi packages',
  ),
  z.strictObject({
    ...shared,
    uses: z.undefined().optional(),
    with: key(z.record(z.string(), z.json()).optional(), 'Options of `uses`.'),
  }),
]);

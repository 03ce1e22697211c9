import { z } from 'zod';
import { agentSchema, clusterSchema } from './agent-schema.ts';
import { alertsSchema } from './alert-schema.ts';
import { key, scalarKinds } from './key.ts';
import { lineSchema } from './line-schema.ts';
import {
  cdnSchema,
  driftSchema,
  freezeSchema,
  gateSchema,
  mirrorSchema,
  postmortemSchema,
  serverSchema,
  statusPageSchema,
  watchSchema,
  windowSchema,
} from './operations-schema.ts';
import { packageSchema } from './package-schema.ts';
import { channelSchema, originSchema, repositorySchema, signingSchema, sourceSchema } from './repository-schema.ts';
import { name, path, scalar, timeZone, variableName, words } from './scalars.ts';
import { stepSchema } from './step-schema.ts';

const includeSchema = z.union([
  path('the path of a file'),
  z.strictObject({
    ref: key(words('a git ref'), 'Branch, tag or commit of the local repository.'),
    file: key(path('the path of a file'), 'Its path, relative to this file.'),
  }),
]);

/**
 * `slipway.yaml`, version 1: the one source of its types, defaults, JSON Schema and reference. What zod cannot say (rules
 * across keys) is in `../rules/`.
 */
export const configSchema = z.strictObject({
  version: key(z.literal(1).register(scalarKinds, { write: '1', code: 'SLIP_CONFIG_VERSION' }), 'Format of this file.'),
  project: key(name('a project name'), 'Part of titles, keys and package metadata.'),
  include: key(z.array(includeSchema).default([]), 'Files whose keys are read first; this file may set them anew.'),
  timezone: key(timeZone().default('UTC'), 'Zone of schedules, windows and freezes.'),
  vars: key(
    z.record(variableName(), scalar('text, a number, true or false')).default({}),
    'Values for `${{ vars.x }}`.',
  ),
  server: key(serverSchema.optional(), 'The server, `slipway serve`.', 'the server'),
  lines: key(z.record(name('a line'), lineSchema), 'Series of versions; each has at most one open release.'),
  clusters: key(z.record(name('a cluster'), clusterSchema).default({}), 'Kubernetes clusters agents may use.'),
  agents: key(z.record(name('an agent'), agentSchema).default({}), 'Where commands run. `local` always exists.'),
  sources: key(z.record(name('a source'), sourceSchema).default({}), 'What packages are made from; fetched once.'),
  packages: key(z.record(name('a package'), packageSchema), 'What users get; each is made by one step.'),
  signing: key(z.record(name('a signing name'), signingSchema).default({}), 'Keys, by a name that is used elsewhere.'),
  origin: key(originSchema, 'The tree that users read.'),
  repositories: key(z.record(name('a repository'), repositorySchema), 'Places packages go to.'),
  mirrors: key(z.record(name('a mirror'), mirrorSchema).default({}), 'Mirrors of the origin.', 'mirrors'),
  channels: key(z.record(name('a channel'), channelSchema), 'What users choose between: repositories and their paths.'),
  teams: key(z.record(name('a team'), z.array(words('a login')).min(1)).default({}), 'Groups of logins.'),
  gates: key(z.record(name('a gate'), gateSchema).default({}), 'Who must agree before promotion.'),
  windows: key(z.array(windowSchema).default([]), 'Promotion only in these; any time when there are none.'),
  freezes: key(z.array(freezeSchema).default([]), 'No promotion in these.'),
  steps: key(z.array(stepSchema).min(1).optional(), 'What a release goes through; the usual order when left out.'),
  cdn: key(z.record(name('a CDN'), cdnSchema).default({}), 'Caches in front of the origin.', 'CDNs'),
  watch: key(watchSchema.optional(), 'Looking from outside at what users get.', 'the watcher'),
  alerts: key(alertsSchema.optional(), 'Who is told. Always read anew, and in no digest.', 'alerts'),
  statusPage: key(statusPageSchema.optional(), 'A public status page.', 'status pages'),
  postmortem: key(postmortemSchema.optional(), 'Where post-mortems go.', 'post-mortems'),
  drift: key(driftSchema.prefault({}), 'What may differ between branches.'),
});

/** The file as written, defaults filled in, before names and times are worked out. */
export type ConfigDocument = z.output<typeof configSchema>;
export type PackageDocument = ConfigDocument['packages'][string];
export type StepDocument = NonNullable<ConfigDocument['steps']>[number];
export type AgentDocument = ConfigDocument['agents'][string];
export type LineDocument = ConfigDocument['lines'][string];
export type RepositoryDocument = ConfigDocument['repositories'][string];

import { z } from 'zod';
import { key } from './key.ts';
import {
  amount,
  choice,
  dayOrMinute,
  duration,
  flag,
  gitUrl,
  name,
  path,
  secret,
  templateText,
  text,
  timeOfDay,
  webUrl,
  whole,
  words,
} from './scalars.ts';

/** `server`: for pods and people. */
export const serverSchema = z.strictObject({
  url: key(webUrl().optional(), 'Where pods and people reach it; loopback when left out.'),
  listen: key(
    text(/^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/, { write: 'host:port' }).default('127.0.0.1:8470'),
    'Where it listens.',
  ),
  auth: key(
    z
      .strictObject({
        tokens: key(path('the path of a token file').optional(), 'A file of tokens and who they are.'),
        header: key(words('the name of a header').optional(), "The proxy's header that names the user."),
      })
      .optional(),
    'Who may write.',
  ),
  journal: key(secret().optional(), 'A PostgreSQL URL, as a secret; SQLite in `.slipway/` when left out.'),
  store: key(words('a folder or an s3:// URL').default('.slipway/'), 'Where artifacts are kept.'),
  insecureArtifacts: key(flag().default(false), 'Pods may use http.'),
});

export const gateSchema = z.strictObject({
  approvers: key(z.array(words('a login or team:NAME')).min(1), 'Logins, and `team:NAME` for all of a team.'),
  min: key(whole(1).default(1), 'How many of them must approve.'),
  selfApproval: key(flag().default(false), 'Whoever planned or staged it may approve too.'),
  expires: key(duration().default('72h'), 'How long an approval holds before the first flip.'),
});

const lines = () => key(z.array(name('a line')).min(1).optional(), 'Lines it is for; all when left out.');

export const windowSchema = key(
  z.strictObject({
    lines: lines(),
    days: key(
      z
        .array(choice('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'))
        .min(1)
        .optional(),
      'Days of the week; all when left out.',
    ),
    from: key(timeOfDay().default('00:00'), 'Start, in `timezone`.'),
    to: key(timeOfDay().default('24:00'), 'End, not included; before `from` it is past midnight.'),
  }),
  'Promotion only in these.',
  'promotion windows',
);

export const freezeSchema = key(
  z.strictObject({
    name: key(name('a name'), 'Named when it stops something.'),
    lines: lines(),
    from: key(dayOrMinute(), 'First day or minute.'),
    to: key(dayOrMinute(), 'Last day (all of it), or the minute it ends.'),
  }),
  'No promotion in these.',
  'freezes',
);

export const mirrorSchema = z.strictObject({
  url: key(webUrl(), 'Its root.'),
  repositories: key(z.array(name('a repository')).min(1).optional(), 'What it carries; all when left out.'),
});

const purge = () =>
  key(choice('pointers', 'keys').default('pointers'), 'What is purged after a flip; never everything.');

export const cdnSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: key(z.literal('fastly'), 'Fastly.'),
    url: key(webUrl(), 'What users read.'),
    service: key(secret(), 'The service, as a secret.'),
    token: key(secret(), 'The API token.'),
    purge: purge(),
  }),
  z.strictObject({
    type: key(z.literal('command'), 'A script of yours.'),
    url: key(webUrl(), 'What users read.'),
    run: key(words('a script'), 'Purges.'),
    purge: purge(),
  }),
]);

const probeSchema = z.strictObject({
  type: key(
    choice('file', 'apt', 'rpm', 'latest', 'redirect', 'mirrors', 'client', 'control', 'canary'),
    'What is read, and how.',
  ),
  url: key(templateText('a URL'), 'Where.'),
  package: key(name('a package').optional(), 'The package it proves.'),
});

const vantageSchema = z.strictObject({
  proxy: key(webUrl().optional(), 'A proxy to look through.'),
  localAddress: key(words('an address of this machine').optional(), 'An address of this machine to look from.'),
});

export const watchSchema = z.strictObject({
  every: key(duration().default('60s'), 'Between two looks.'),
  vantages: key(z.record(name('a vantage'), vantageSchema).default({ here: {} }), 'Where to look from.'),
  liveWithin: key(
    duration().optional(),
    'The promise: live this long after its time; from past releases when left out.',
  ),
  controls: key(z.array(webUrl()).default([]), 'Sites of others that tell "we are blind" from "it is down".'),
  probes: key(z.array(probeSchema).default([]), 'Besides those that follow from packages and channels.'),
  hosts: key(z.array(words('a host')).optional(), "Hosts a redirect may lead to; the sites' own when left out."),
  maintenance: key(
    z
      .array(
        z.strictObject({
          lines: lines(),
          from: key(dayOrMinute(), 'Start.'),
          to: key(dayOrMinute(), 'End.'),
          reason: key(words('a reason'), 'Shown where it stops something.'),
        }),
      )
      .optional(),
    'Times in which "not there yet" opens nothing.',
  ),
  ping: key(webUrl().optional(), "A dead man's switch to call."),
  objective: key(amount(0, 100).default(99.5), 'Percent of time a package should be there.'),
});

export const driftSchema = z.strictObject({
  allow: key(
    z.array(words('a key path, such as agents.linux.timeout')).default([]),
    'Key paths that may differ between the branches of lines.',
  ),
});

export const statusPageSchema = z.strictObject({
  type: key(z.literal('cstate').default('cstate'), 'cState.'),
  repo: key(gitUrl(), 'Its git repository.'),
  branch: key(words('a branch').optional(), 'Its branch.'),
  affected: key(z.array(words('the name of a system')).optional(), 'Systems named in entries.'),
});

export const postmortemSchema = z.strictObject({
  repo: key(gitUrl(), 'The git repository documents go to.'),
  branch: key(words('a branch').optional(), 'Its branch.'),
  dir: key(words('a folder').optional(), 'The folder in it.'),
  template: key(path('`house`, or the path of a template').default('house'), '`house`, or a file.'),
  feedback: key(duration().default('7d'), 'How long people may add to it.'),
  banner: key(words('text').optional(), 'Wording of the banner while it is open.'),
  handles: key(z.record(z.string(), words('a name')).optional(), 'How people are named in it.'),
});

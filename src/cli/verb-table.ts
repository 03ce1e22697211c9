import type { ArgumentSpec, OptionSpec, VerbSpec } from './verb.ts';
import * as status from './verbs/status.ts';

const RELEASE: ArgumentSpec = {
  name: 'ID',
  meaning: 'release, such as main-1.4',
  required: true,
  completes: 'release',
};
const MAYBE_RELEASE: ArgumentSpec = { ...RELEASE, required: false };
const LINE: ArgumentSpec = { name: 'LINE', meaning: 'line of the config', required: true, completes: 'line' };
const DRY_RUN: OptionSpec = { flag: '--dry-run', meaning: 'say what would be done, write nothing' };
const REASON: OptionSpec = { flag: '--reason TEXT', meaning: 'why; recorded for ever' };
const SKIP: OptionSpec = {
  flag: '--skip WHAT',
  meaning: 'go past `verify` or `gate:NAME`; needs --reason',
  repeats: true,
};
const YES: OptionSpec = { flag: '--yes', meaning: 'do not ask' };
const VERSION: OptionSpec = { flag: '--version VERSION', meaning: 'instead of the next number' };
const BRANCH: OptionSpec = { flag: '--branch BRANCH', meaning: 'instead of the one checked out beside the config' };
const GATE: OptionSpec = { flag: '--gate GATE', meaning: 'which gate, when several could be meant' };
const DIGEST: OptionSpec = { flag: '--digest DIGEST', meaning: 'the plan you looked at (8 hex digits or more)' };

/** Options of every verb. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { flag: '--config FILE', meaning: 'the config; default: slipway.yaml here or in a folder above', completes: 'file' },
  {
    flag: '--state FOLDER',
    meaning: 'journal, artifacts, logs; default: SLIPWAY_STATE, else .slipway beside the config',
    completes: 'folder',
  },
  { flag: '--set PATH=VALUE', meaning: 'override a scalar of the config', repeats: true },
  { flag: '--output FORMAT', meaning: 'text or json', values: ['text', 'json'] },
  { flag: '--no-color', meaning: 'no colours (also NO_COLOR)' },
];

/** The command line, in the order of a release. Names and exit codes are promises. */
export const VERBS: readonly VerbSpec[] = [
  {
    name: 'init',
    group: 'Begin',
    summary: 'Write a first slipway.yaml and make a signing key',
    arguments: [{ name: 'PROJECT', meaning: 'name of the project; default: the folder', required: false }],
    options: [{ flag: '--no-key', meaning: 'only the config' }, DRY_RUN],
    writes: true,
    load: () => import('./verbs/init.ts'),
  },
  {
    name: 'check',
    group: 'Begin',
    summary: 'Read the config and say everything that is wrong with it',
    arguments: [],
    options: [
      { flag: '--explain PATH', meaning: 'each value below PATH and where it is from' },
      { flag: '--strict', meaning: 'warnings are errors' },
    ],
    writes: false,
    load: () => import('./verbs/check.ts'),
  },
  {
    name: 'schema',
    group: 'Begin',
    summary: 'Print the JSON Schema of the config',
    arguments: [],
    options: [],
    writes: false,
    load: () => import('./verbs/schema.ts'),
  },
  {
    name: 'plan',
    group: 'Release',
    summary: 'Open a release: allocate its version, print plan and digest',
    arguments: [LINE],
    options: [VERSION, BRANCH, DRY_RUN],
    writes: true,
    load: () => import('./verbs/plan.ts'),
  },
  ...(['build', 'stage', 'verify'] as const).map(
    (name): VerbSpec => ({
      name,
      group: 'Release',
      summary: {
        build: 'Build every package of a release',
        stage: 'Build if needed, and seal a candidate beside what users see',
        verify: 'Stage if needed, and prove the candidate with clients',
      }[name],
      arguments: [RELEASE],
      options: [DRY_RUN],
      writes: true,
      load: () => import('./verbs/work-towards.ts').then((module) => module.verb(name)),
    }),
  ),
  {
    name: 'run',
    group: 'Release',
    summary: 'plan and resume: a release from version number to users, up to the first gate',
    arguments: [LINE],
    options: [VERSION, BRANCH, SKIP, REASON, DRY_RUN],
    writes: true,
    load: () => import('./verbs/run.ts'),
  },
  {
    name: 'status',
    group: 'Look',
    summary: 'What is it doing, what does it wait for, what do I do next',
    arguments: [MAYBE_RELEASE],
    options: [],
    writes: false,
    // Asked most often, and by scripts: it comes with the program instead of as one more file to find.
    load: () => Promise.resolve(status),
  },
  {
    name: 'list',
    group: 'Look',
    summary: 'Every release of the journal',
    arguments: [],
    options: [{ flag: '--line LINE', meaning: 'of one line', completes: 'line' }],
    writes: false,
    load: () => import('./verbs/list.ts'),
  },
  {
    name: 'show',
    group: 'Look',
    summary: 'Everything about a release: plan, change, proofs, approvals',
    arguments: [RELEASE],
    options: [],
    writes: false,
    load: () => import('./verbs/show.ts'),
  },
  {
    name: 'diff',
    group: 'Look',
    summary: 'What differs between the plans of two releases',
    arguments: [
      { ...RELEASE, name: 'A' },
      { ...RELEASE, name: 'B' },
    ],
    options: [],
    writes: false,
    load: () => import('./verbs/diff.ts'),
  },
  {
    name: 'logs',
    group: 'Look',
    summary: 'What the commands of a step have said',
    arguments: [
      RELEASE,
      { name: 'STEP', meaning: 'step; default: the last one that ran', required: false, completes: 'step' },
    ],
    options: [
      { flag: '--follow', meaning: 'go on until it ends' },
      { flag: '--attempt N', meaning: 'an earlier attempt' },
    ],
    writes: false,
    load: () => import('./verbs/logs.ts'),
  },
  ...(['approve', 'reject', 'withdraw'] as const).map(
    (name): VerbSpec => ({
      name,
      group: 'Decide and mend',
      summary: {
        approve: 'Approve the staged plan at a gate',
        reject: 'Reject the staged plan; blocks until you withdraw it or the plan changes',
        withdraw: 'Take your word at a gate back',
      }[name],
      arguments: [RELEASE],
      options: [GATE, DIGEST, REASON, DRY_RUN],
      writes: true,
      load: () => import('./verbs/gate.ts').then((module) => module.verb(name)),
    }),
  ),
  {
    name: 'resume',
    group: 'Release',
    summary: 'Go on with a release: only what is not done, up to the next gate or the end',
    arguments: [RELEASE],
    options: [
      REASON,
      SKIP,
      { flag: '--step STEP', meaning: 'a step whose attempt was lost; with --done or --again', completes: 'step' },
      { flag: '--done', meaning: 'you looked: the lost attempt did its work' },
      { flag: '--again', meaning: 'you looked: it has to run again' },
      DRY_RUN,
    ],
    writes: true,
    load: () => import('./verbs/resume.ts'),
  },
  {
    name: 'promote',
    group: 'Release',
    summary: 'Show a verified, approved release to users: one pointer moves',
    arguments: [RELEASE],
    options: [SKIP, REASON, YES, DRY_RUN],
    writes: true,
    load: () => import('./verbs/promote.ts'),
  },
  {
    name: 'undo',
    group: 'Decide and mend',
    summary: 'Take a promotion back: users see the old content again, signed later',
    arguments: [RELEASE],
    options: [REASON, YES, DRY_RUN],
    writes: true,
    load: () => import('./verbs/undo.ts'),
  },
  {
    name: 'cancel',
    group: 'Decide and mend',
    summary: 'End the running commands of a release, or of one step',
    arguments: [{ ...RELEASE, name: 'ID[/STEP]' }],
    options: [REASON, DRY_RUN],
    writes: true,
    load: () => import('./verbs/cancel.ts'),
  },
  {
    name: 'abandon',
    group: 'Decide and mend',
    summary: 'Give up a release that users do not see; its version stays spent',
    arguments: [RELEASE],
    options: [REASON, YES, DRY_RUN],
    writes: true,
    load: () => import('./verbs/abandon.ts'),
  },
  {
    name: 'journal',
    group: 'Look',
    summary: 'Look at the journal itself',
    arguments: [
      { name: 'ACTION', meaning: 'show, export or verify', required: true, completes: ['show', 'export', 'verify'] },
      { name: 'STREAM', meaning: 'one stream, such as release/main-1.4', required: false, completes: 'stream' },
    ],
    options: [],
    writes: false,
    load: () => import('./verbs/journal.ts'),
  },
  {
    name: 'completion',
    group: 'Shell',
    summary: 'Print a completion script for your shell',
    arguments: [{ name: 'SHELL', meaning: 'bash, zsh or fish', required: true, completes: ['bash', 'zsh', 'fish'] }],
    options: [],
    writes: false,
    load: () => import('./verbs/completion.ts'),
  },
  {
    name: 'complete',
    summary: 'Words for a completion script: lines, releases, streams, or the steps of a release',
    arguments: [
      { name: 'KIND', meaning: 'line, release, stream or step', required: true },
      { name: 'ID', meaning: 'release whose steps are wanted', required: false },
    ],
    options: [],
    writes: false,
    load: () => import('./verbs/complete.ts'),
  },
];

/** Verbs that people are told of. */
export const SHOWN_VERBS: readonly VerbSpec[] = VERBS.filter((verb) => verb.group !== undefined);

import type { VerbSpec } from '../../src/cli/verb.ts';
import { GLOBAL_OPTIONS, SHOWN_VERBS as VERBS } from '../../src/cli/verb-table.ts';
import { CONFIG_CODES } from '../../src/domain/config/config-codes.ts';
import { configKeys } from '../../src/domain/config/config-keys.ts';
import { FAILURE_CLASSES } from '../../src/domain/failure/failure-classes.ts';
import { EVENT_CATALOGUE } from '../../src/domain/journal/event-catalog.ts';
import { EXIT } from '../../src/kernel/exit-code.ts';

const GENERATED = '<!-- Written by tools/reference.mjs from the source. Do not edit. -->\n';

const EXIT_MEANS: Readonly<Record<keyof typeof EXIT, string>> = {
  done: 'done, or nothing to do',
  failed: 'failed, nothing half-visible (undone counts)',
  usage: 'usage or config',
  waiting: 'waiting: gate, window, freeze, mirrors',
  verification: 'verification failed',
  partial: 'partly released: run `resume`',
  refused: 'refused: duplicate, bytes differ, pointer moved, lease held, wrong state, foreign or outrun journal',
  interrupted: 'interrupted, safe to resume',
};

/** Failures that belong to no single step. */
const OF_A_RELEASE: readonly (readonly string[])[] = [
  [
    '`VERIFY_FAILED`',
    'A client did not accept what was staged, or what users see; or it accepted what it had to refuse.',
  ],
  ['`CANCELLED`', 'Somebody ended a step with `slipway cancel`; who and why is recorded.'],
];

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows.map((row) => row.map((text) => cell(text)))]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');

const usage = (verb: VerbSpec): string =>
  ['slipway', verb.name, ...verb.arguments.map((row) => (row.required ? row.name : `[${row.name}]`)), '[options]'].join(
    ' ',
  );

export function cliPage(): string {
  const verbs = VERBS.map((verb) => {
    const rows = [
      ...verb.arguments.map((row) => [`\`${row.name}\``, row.meaning]),
      ...verb.options.map((row) => [`\`${row.flag}\``, row.meaning]),
    ];
    const writes = verb.writes ? '' : ' Writes nothing.';
    return `## ${verb.name}\n\n\`${usage(verb)}\`\n\n${verb.summary}.${writes}\n${rows.length === 0 ? '' : `\n${table(['', ''], rows)}\n`}`;
  });
  const exits = Object.entries(EXIT).map(([name, code]) => [String(code), EXIT_MEANS[name as keyof typeof EXIT]]);
  return [
    `${GENERATED}\n# Command line\n`,
    `${table(
      ['verb', 'does'],
      VERBS.map((verb) => [`[\`${verb.name}\`](#${verb.name})`, verb.summary]),
    )}\n`,
    `## Exit codes\n\n${table(['exit', 'means'], exits)}\n`,
    `## Options of every verb\n\n${table(
      ['option', 'meaning'],
      GLOBAL_OPTIONS.map((row) => [`\`${row.flag}\``, row.meaning]),
    )}\n`,
    ...verbs,
  ].join('\n');
}

export function configPage(): string {
  const rows = configKeys().map((row) => [
    `\`${row.path}\``,
    row.type,
    row.default,
    row.machinery === 'here' ? row.meaning : `${row.meaning} *(not yet: \`plan\` refuses it)*`,
  ]);
  return `${GENERATED}\n# slipway.yaml, version 1\n\n${table(['key', 'type', 'default', 'meaning'], rows)}\n`;
}

export function errorsPage(errors: readonly { code: string; exit: string; says: string }[]): string {
  const ours = errors.map(
    (error) => `## ${error.code}\n\nExit ${EXIT[error.exit as keyof typeof EXIT]}. ${error.says}\n`,
  );
  const config = Object.entries(CONFIG_CODES).map(([code, row]) => [`\`${code}\``, row.means, row.remedy]);
  const failures = [
    ...Object.entries(FAILURE_CLASSES).map(([name, row]) => [`\`${name}\``, row.says]),
    ...OF_A_RELEASE,
  ];
  return [
    `${GENERATED}\n# Errors\n`,
    'Each message says what happened, where, and what to do. The code never gets a second meaning.\n',
    ...ours,
    `## SLIP_SYSTEM\n\nExit 1. The system refused a call that Slipway needs: a permission, a full disk, a path that is not there. The message names the call and the path. Mend that and run the command again.\n`,
    `## SLIP_INTERNAL\n\nExit 1. A defect of Slipway. Please report it with the text that was printed; the journal has all that was done.\n`,
    `## Failures of a release\n\nNot errors but news, recorded in the journal: a release stopped, and goes on with \`slipway resume\`. Exit 1, of a\nrefusal 6, of a verification 4. Beside these, every code above may stop a step; it is shown without \`SLIP_\`.\n\n${table(['class', 'when'], failures)}\n`,
    `## Findings of \`slipway check\`\n\nExit 2 when one of them is an error.\n\n${table(['code', 'means', 'do'], config)}\n`,
  ].join('\n');
}

export function eventsPage(): string {
  const rows = Object.entries(EVENT_CATALOGUE).map(([type, row]) => [`\`${type}\``, String(row.v), row.says]);
  return `${GENERATED}\n# Events of the journal\n\n${table(['type', 'v', 'says'], rows)}\n`;
}

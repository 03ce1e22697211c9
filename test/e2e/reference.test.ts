import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { CONFIG_CODES } from '../../src/domain/config/config-codes.ts';
import { FAILURE_CLASSES } from '../../src/domain/failure/failure-classes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(`${root}docs/reference/errors.md`, 'utf8');

/** Not a class: what is thrown by mistake. */
const OF_NO_CLASS = ['SLIP_INTERNAL', 'SLIP_SYSTEM'];

function codesOfClasses(): readonly string[] {
  const files = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' });
  const product = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  return product.flatMap((file) =>
    [...readFileSync(`${root}src/${file}`, 'utf8').matchAll(/\bcode = '(SLIP_[A-Z0-9_]+)'/g)].map(
      ([, code = '']) => code,
    ),
  );
}

test('every error has its entry on the page, once, and every entry has its error', () => {
  const entries = [...page.matchAll(/^## (SLIP_[A-Z0-9_]+)$/gm)].map(([, code = '']) => code);
  const codes = [...codesOfClasses(), ...OF_NO_CLASS].sort();
  expect(codes.length).toBeGreaterThan(60);
  expect([...entries].sort()).toEqual(codes);
});

test('every entry says when it happens and what to do', () => {
  for (const [, code, says = ''] of page.matchAll(/^## (SLIP_[A-Z0-9_]+)\n\nExit (?:\d+)\. (.*)$/gm))
    expect(says.length, code).toBeGreaterThan(40);
  expect(page).not.toMatch(/Exit undefined/);
});

test('every finding of check and every failure of a step is in a table', () => {
  for (const code of [...Object.keys(CONFIG_CODES), ...Object.keys(FAILURE_CLASSES)])
    expect(page, code).toContain(`| \`${code}\` |`);
});

test('the reference says what the program does', () => {
  const { status, stderr } = spawnSync(process.execPath, ['tools/reference.mjs', '--check'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
});

test('every library that Slipway brings is named with its licence', () => {
  const dependencies = Object.keys(
    (JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { dependencies: object }).dependencies,
  );
  const rows = readFileSync(`${root}LICENSES.md`, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  const named = rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`([a-z-]+)`/g)].map(([, name = '']) => name),
  );
  expect(named.sort()).toEqual(dependencies.sort());
  for (const name of dependencies) {
    const { license } = JSON.parse(readFileSync(`${root}node_modules/${name}/package.json`, 'utf8')) as {
      license: string;
    };
    const row = rows.find((line) => line.split('|')[1]?.includes(`\`${name}\``)) ?? '';
    expect(row, name).toContain(license.replace('LGPL-3.0+', 'LGPL-3.0-or-later'));
  }
});

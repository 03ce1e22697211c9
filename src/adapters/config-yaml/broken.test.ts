import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { CONFIG_CODES } from '../../domain/config/config-codes.ts';
import { formatFinding } from '../../domain/config/finding.ts';
import { loadConfig } from './load-config.ts';

/** Each file ends with what must be said about it: `#> file:line:col: severity: what. What to write. [CODE]`. */
const folder = fileURLToPath(new URL('broken', import.meta.url));
const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

describe('broken configs are answered with everything that is wrong, where, and what to write', () => {
  test.each(names)('%s', async (name) => {
    const text = await readFile(`${folder}/${name}`, 'utf8');
    const expected = text.split('\n').flatMap((line) => (line.startsWith('#> ') ? [line.slice(3)] : []));
    const { findings, config, digest } = await loadConfig({ file: name, cwd: folder, env: {} });
    expect(findings.filter(({ severity }) => severity !== 'note').map(formatFinding)).toEqual(expected);
    expect(expected.length).toBeGreaterThan(0);
    const isRefused = expected.some((line) => line.includes(': error: '));
    expect(config === undefined && digest === undefined).toBe(isRefused);
  });

  test('there are many of them, and most codes of the table are met', async () => {
    expect(names.length).toBeGreaterThanOrEqual(40);
    const texts = await Promise.all(names.map((name) => readFile(`${folder}/${name}`, 'utf8')));
    const met = new Set(texts.join('\n').match(/SLIP_[A-Z_]+/g));
    const elsewhere = [
      'SLIP_CONFIG_NOT_FOUND',
      'SLIP_CONFIG_TWO_FILES',
      'SLIP_CONFIG_UNREADABLE',
      'SLIP_CONFIG_TOO_BIG',
      'SLIP_CONFIG_ENCODING',
      'SLIP_CONFIG_NO_PUBLIC',
      'SLIP_CONFIG_OVERRIDE',
      'SLIP_CONFIG_OVERRIDDEN',
      'SLIP_CONFIG_SHADOWED',
      'SLIP_CONFIG_BRANCH',
      'SLIP_CONFIG_DRIFT',
      'SLIP_CONFIG_NOT_CHECKED',
      'SLIP_CONFIG_NOT_USED',
      'SLIP_CONFIG_NOT_YET',
    ];
    expect(Object.keys(CONFIG_CODES).filter((code) => !met.has(code) && !elsewhere.includes(code))).toEqual([]);
  });
});

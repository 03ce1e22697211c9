import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fillTemplates } from './fill-template.ts';
import { parseTemplate, templatePaths } from './parse-template.ts';

const lookup = (path: string) =>
  path === 'version'
    ? { value: '1.2' }
    : path === 'vars.none'
      ? { value: '' }
      : { missing: `${path} is not known yet` };

describe('templates', () => {
  test.each([
    ['plain', 'plain'],
    ['hello-${{ version }}.tar', 'hello-1.2.tar'],
    ['${{version}}${{ version }}', '1.21.2'],
    ["${{ packages.war.file || 'no war' }}", 'no war'],
    ["${{ vars.none || 'nothing' }}", 'nothing'],
    ['a${{ vars.none }}b', 'ab'],
    ['$${{ version }}', '${{ version }}'],
    ['cost: $5 {{ version }}', 'cost: $5 {{ version }}'],
    ["${{ packages.war.file || '' }}", ''],
  ])('%s becomes %s', (text, filled) => {
    expect(fillTemplates(text, lookup)).toEqual({ value: filled, empty: [] });
  });

  test('every path without a value is named at once, wherever it stands', () => {
    const value = {
      summary: 'for ${{ steps.a.outputs.x }}',
      files: [{ to: '/opt/${{ packages.b.sha256 }}' }],
      mode: 420,
    };
    expect(fillTemplates(value, lookup).empty.map(({ path }) => path)).toEqual([
      'steps.a.outputs.x',
      'packages.b.sha256',
    ]);
  });

  test.each([
    ['${{ version', '"${{" has no "}}"', 0],
    ['a ${{ version | upper }}', 'is neither', 2],
    ['${{ }}', 'is neither', 0],
    ["${{ 'text' }}", 'is neither', 0],
    ['${{ upper(version) }}', 'is neither', 0],
  ])('%s is a mistake that is told with its place, and stays as it is', (text, problem, index) => {
    const { parts, mistakes } = parseTemplate(text);
    expect(mistakes).toEqual([{ index, problem: expect.stringContaining(problem) }]);
    expect(parts.map((part) => (part.kind === 'text' ? part.text : '?')).join('')).toBe(text);
  });

  test('text without an opening brace is never changed', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!text.includes('${{'));
        expect(fillTemplates(text, lookup)).toEqual({ value: text, empty: [] });
      }),
    );
  });

  test('paths are found in every text of a value', () => {
    expect(templatePaths({ a: '${{ version }}', b: ["${{ env.HOME || 'x' }}"], c: 3, d: null })).toEqual([
      'version',
      'env.HOME',
    ]);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conditionHolds, conditionPaths } from './condition-holds.ts';
import { type Condition, parseCondition } from './parse-condition.ts';

const values: Readonly<Record<string, string>> = {
  line: 'stable',
  'vars.dry': 'false',
  'vars.name': "it's",
  empty: '',
};
const holds = (text: string): boolean | string => {
  const condition = parseCondition(text);
  return 'problem' in condition ? condition.problem : conditionHolds(condition, (path) => values[path]);
};

describe('conditions', () => {
  test.each([
    ["line == 'stable'", true],
    ["${{ line == 'stable' }}", true],
    ["line != 'stable'", false],
    ['vars.dry', false],
    ['!vars.dry', true],
    ['nowhere', false],
    ["vars.name == 'it''s'", true],
    ["line == 'weekly' || line == 'stable' && !empty", true],
    ["(line == 'weekly' || line == 'stable') && empty", false],
    ["!(line == 'weekly') && (nowhere || 'x') == 'x'", true],
    ["'false'", false],
  ])('%s is %s', (text, expected) => {
    expect(holds(text)).toBe(expected);
  });

  test.each([
    ['', 'says nothing'],
    ['line =', 'has "=", which is no path'],
    ['line line', 'has more than one value'],
    ['(line', 'has "(" without ")"'],
    ['line ==', 'has an operator without a value beside it'],
    ['&& line', 'has an operator without a value beside it'],
    ["line == 'stable", `has "'stable", which is no path`],
    ['upper(line)', 'has more than one value'],
    ['!'.repeat(300), 'has more than 200 parts'],
  ])('%j cannot be read', (text, problem) => {
    expect(holds(text)).toContain(problem);
  });

  test('what is written out in full reads back as the same, and gives the same answer as JavaScript', () => {
    const leaf: fc.Arbitrary<Condition> = fc.oneof(
      fc.constantFrom('line', 'vars.dry', 'empty').map((path): Condition => ({ kind: 'path', path })),
      fc.constantFrom('stable', '', "it's").map((text): Condition => ({ kind: 'text', text })),
    );
    const tree = fc.letrec<{ node: Condition }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        leaf,
        tie('node').map((of): Condition => ({ kind: 'not', of })),
        fc
          .tuple(
            fc.constantFrom('and' as const, 'or' as const, 'equal' as const, 'unequal' as const),
            tie('node'),
            tie('node'),
          )
          .map(([kind, left, right]): Condition => ({ kind, left, right })),
      ),
    })).node;
    fc.assert(
      fc.property(tree, (condition) => {
        expect(parseCondition(print(condition))).toEqual(condition);
        const truth = (text: string) => text !== '' && text !== 'false';
        expect(conditionHolds(condition, (path) => values[path])).toBe(truth(reckon(condition)));
        expect(conditionPaths(condition).every((path) => path in values)).toBe(true);
      }),
    );
  });
});

const MARK = { and: '&&', or: '||', equal: '==', unequal: '!=' } as const;

function print(node: Condition): string {
  if (node.kind === 'path') return node.path;
  if (node.kind === 'text') return `'${node.text.replaceAll("'", "''")}'`;
  if (node.kind === 'not') return `!(${print(node.of)})`;
  return `(${print(node.left)}) ${MARK[node.kind]} (${print(node.right)})`;
}

function reckon(node: Condition): string {
  if (node.kind === 'path') return values[node.path] ?? '';
  if (node.kind === 'text') return node.text;
  const truth = (text: string) => text !== '' && text !== 'false';
  if (node.kind === 'not') return truth(reckon(node.of)) ? '' : 'true';
  const [left, right] = [reckon(node.left), reckon(node.right)];
  if (node.kind === 'and') return truth(left) ? right : left;
  if (node.kind === 'or') return truth(left) ? left : right;
  return (left === right) === (node.kind === 'equal') ? 'true' : '';
}

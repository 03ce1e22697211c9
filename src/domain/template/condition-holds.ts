import type { Condition } from './parse-condition.ts';

/**
 * Whether a step with this `if` runs. A path without a value is empty; empty and `false` are not true. `a && b` and `a || b`
 * give one of their sides, as in the shell and in JavaScript.
 */
export function conditionHolds(condition: Condition, lookup: (path: string) => string | undefined): boolean {
  const value = (node: Condition): string => {
    switch (node.kind) {
      case 'path':
        return lookup(node.path) ?? '';
      case 'text':
        return node.text;
      case 'not':
        return isTrue(value(node.of)) ? '' : 'true';
      case 'and':
        return isTrue(value(node.left)) ? value(node.right) : value(node.left);
      case 'or':
        return isTrue(value(node.left)) ? value(node.left) : value(node.right);
      case 'equal':
        return value(node.left) === value(node.right) ? 'true' : '';
      case 'unequal':
        return value(node.left) === value(node.right) ? '' : 'true';
    }
  };
  return isTrue(value(condition));
}

const isTrue = (text: string): boolean => text !== '' && text !== 'false';

/** The paths that a condition reads. */
export function conditionPaths(condition: Condition): readonly string[] {
  if (condition.kind === 'path') return [condition.path];
  if (condition.kind === 'text') return [];
  if (condition.kind === 'not') return conditionPaths(condition.of);
  return [...conditionPaths(condition.left), ...conditionPaths(condition.right)];
}

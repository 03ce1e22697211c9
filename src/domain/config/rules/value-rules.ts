import { printPath } from '../key-path.ts';
import { matchPaths } from './match-paths.ts';
import { error, isWritten, type RuleContext } from './rule-context.ts';

/** Where numbers and truths are taken as text. */
const SCALARS = [
  'vars.*',
  'packages.*.env.*',
  'packages.*.containers[].env.*',
  'steps[].env.*',
  'steps[].containers[].env.*',
  'repositories.*.env.*',
];

/** Sections that are needed and must not be empty. */
const NEEDED = ['packages', 'repositories', 'channels'];

/** Values that are legal in themselves and lose something: 2.10 is 2.1. */
export function checkValues(context: RuleContext): void {
  for (const pattern of SCALARS)
    for (const { path, node } of matchPaths(context.root, pattern)) {
      if (node.kind !== 'scalar' || typeof node.value !== 'number' || String(node.value) === node.source) continue;
      error(context, {
        code: 'SLIP_CONFIG_NOT_TEXT',
        path,
        happened: `${String(path.at(-1))} is the number ${node.value} here, because ${node.source} is not in quotes.`,
        remedy: `Write "${node.source}".`,
      });
    }
  for (const section of NEEDED)
    if (
      isWritten(context, [section]) &&
      Object.keys(context.document[section as 'packages']).length === 0 &&
      !context.pruned.size
    )
      error(context, {
        code: 'SLIP_CONFIG_MISSING',
        path: [section],
        of: 'key',
        happened: `${printPath([section])} is empty.`,
        remedy: 'Add one, or see what "slipway init" writes in an empty folder.',
      });
}

import { conditionPaths } from '../../template/condition-holds.ts';
import { parseCondition } from '../../template/parse-condition.ts';
import { parseTemplate } from '../../template/parse-template.ts';
import type { ConfigNode } from '../config-node.ts';
import { type KeyPath, printPath } from '../key-path.ts';
import { nearestKey } from '../nearest-key.ts';
import { parseSecretReference } from '../secret-reference.ts';
import { matchPaths, textOf } from './match-paths.ts';
import { error, namesOf, type RuleContext, warning } from './rule-context.ts';

/** Keys in whose values templates are filled, at any depth below `with` and `env`. */
const FILLED_BELOW = new Set(['with', 'env']);
const FILLED = new Set(['url', 'name', 'path', 'image', 'signature']);
/** Fixed for all releases, whatever their key is called. */
const FIXED = /^(project|origin|channels|lines\.[^.]+\.(branch|versions)|mirrors|server|alerts|include)\b/;

/** Every `${{ }}` can be read, names something that exists, and stands where it is filled. */
export function checkTemplates(context: RuleContext): void {
  const secrets = secretVariables(context);
  visitTexts(context.root, [], (path, text) => {
    const key = path.findLast((part) => typeof part === 'string');
    if (key === 'if') checkCondition(context, path, text, secrets);
    else if (!/\$\{\{/.test(text)) return;
    else if (isFilled(path)) checkTemplate(context, path, text, secrets);
    else tellPlace(context, path, text);
  });
}

function visitTexts(node: ConfigNode, path: KeyPath, visit: (path: KeyPath, text: string) => void): void {
  if (node.kind === 'map') for (const [key, entry] of node.entries) visitTexts(entry.node, [...path, key], visit);
  else if (node.kind === 'list')
    for (const [index, item] of node.items.entries()) visitTexts(item, [...path, index], visit);
  else if (typeof node.value === 'string') visit(path, node.value);
}

function isFilled(path: KeyPath): boolean {
  if (FIXED.test(printPath(path)) && !path.includes('steps')) return false;
  const keys = path.filter((part) => typeof part === 'string');
  return keys.some((key, index) => index > 0 && FILLED_BELOW.has(key)) || FILLED.has(keys.at(-1) ?? '');
}

function tellPlace(context: RuleContext, path: KeyPath, text: string): void {
  const inRun = path.at(-1) === 'run';
  if (parseTemplate(text).parts.every((part) => part.kind === 'text') && !inRun) return;
  const tell = inRun ? warning : error;
  tell(context, {
    code: 'SLIP_CONFIG_TEMPLATE_PLACE',
    path,
    happened: inRun
      ? `${printPath(path)} has \${{ }}, and scripts are never filled.`
      : `No template is filled in ${printPath(path)}.`,
    remedy: inRun
      ? 'Read $SLIPWAY_VERSION, or pass a value by env.'
      : 'Write the text out; templates belong in with, env, url, name, path, image and if.',
  });
}

function checkTemplate(context: RuleContext, path: KeyPath, text: string, secrets: ReadonlySet<string>): void {
  const { parts, mistakes } = parseTemplate(text);
  for (const { problem } of mistakes)
    error(context, {
      code: 'SLIP_CONFIG_TEMPLATE',
      path,
      happened: `${printPath(path)} cannot be read: ${problem}.`,
      remedy: "Write ${{ path }} or ${{ path || 'text' }}; $${{ for the braces themselves.",
    });
  for (const part of parts) if (part.kind === 'path') checkPath(context, path, part.path, secrets);
}

function checkCondition(context: RuleContext, path: KeyPath, text: string, secrets: ReadonlySet<string>): void {
  const condition = parseCondition(text);
  if ('problem' in condition)
    error(context, {
      code: 'SLIP_CONFIG_TEMPLATE',
      path,
      happened: `${printPath(path)} ${condition.problem}.`,
      remedy: "Write a condition such as channel == 'stable' && !vars.dry.",
    });
  else for (const read of conditionPaths(condition)) checkPath(context, path, read, secrets);
}

const FIXED_PATHS = ['project', 'version', 'line', 'channel', 'release.id', 'release.revision'];
const OPEN_PATHS = ['vars.NAME', 'env.NAME', 'packages.NAME.sha256', 'packages.NAME.file', 'steps.ID.outputs.KEY'];

function checkPath(context: RuleContext, at: KeyPath, written: string, secrets: ReadonlySet<string>): void {
  const fault = pathFault(context, written, secrets);
  if (fault === undefined) return;
  error(context, {
    code: 'SLIP_CONFIG_TEMPLATE',
    path: at,
    happened: `\${{ ${written} }} in ${printPath(at)} ${fault.happened}.`,
    remedy: fault.remedy,
  });
}

interface Fault {
  readonly happened: string;
  readonly remedy: string;
}

function pathFault(context: RuleContext, written: string, secrets: ReadonlySet<string>): Fault | undefined {
  if (FIXED_PATHS.includes(written)) return undefined;
  const [head = '', name = '', ...rest] = written.split('.');
  const key = rest.join('.');
  if (head === 'vars' && rest.length === 0 && name !== '')
    return named(namesOf(context, 'vars'), name, 'vars', written);
  if (head === 'env' && rest.length === 0 && name !== '')
    return secrets.has(name)
      ? {
          happened: 'is a secret, and templates are printed in the plan',
          remedy: `Pass it as env: { ${name}: "env:${name}" } instead.`,
        }
      : undefined;
  if (head === 'packages' && (key === 'sha256' || key === 'file'))
    return named(namesOf(context, 'packages'), name, 'packages', written);
  if (head === 'steps' && rest[0] === 'outputs' && rest.length === 2)
    return named(stepIds(context), name, 'steps', written);
  const near = nearestKey(written, [
    ...FIXED_PATHS,
    ...(rest.length === 1 ? [`packages.${name}.sha256`, `packages.${name}.file`] : []),
  ]);
  return {
    happened: 'is no path',
    remedy:
      near === undefined ? `Write one of: ${[...FIXED_PATHS, ...OPEN_PATHS].join(', ')}.` : `Write \${{ ${near} }}.`,
  };
}

function named(known: ReadonlySet<string>, name: string, section: string, written: string): Fault | undefined {
  if (known.has(name)) return undefined;
  const near = nearestKey(name, known);
  const list = [...known].sort().join(', ');
  const remedy =
    near !== undefined
      ? `Write \${{ ${written.replace(name, near)} }}.`
      : list === ''
        ? `Add it under ${section}.`
        : `${section} has: ${list}.`;
  return { happened: `names "${name}", which is not in ${section}`, remedy };
}

/** Steps that can write outputs: own steps, and packages made by a script. */
function stepIds(context: RuleContext): ReadonlySet<string> {
  const own = matchPaths(context.root, 'steps[].id').map(({ node }) => textOf(node) ?? '');
  return new Set([...own, ...namesOf(context, 'packages')]);
}

/** Names of variables that hold secrets, as far as the file says. */
function secretVariables(context: RuleContext): ReadonlySet<string> {
  const found = new Set<string>();
  visitTexts(context.root, [], (path, text) => {
    const reference = path.includes('vars') ? undefined : parseSecretReference(text);
    if (reference?.scheme === 'env') found.add(reference.rest);
  });
  return found;
}

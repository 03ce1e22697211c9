import { DEB_FIELDS, debFieldFault } from '../../package/deb/deb-field-rules.ts';
import { RELATION_FIELDS, relationField } from '../../package/deb/deb-relations.ts';
import { PackageOptionError } from '../../package/package-error.ts';
import { parseTemplate } from '../../template/parse-template.ts';
import type { KeyPath } from '../key-path.ts';
import { error, isCut, isWritten, type RuleContext } from './rule-context.ts';

/** What Debian Policy asks of the options of a deb, by the rules of its builder; what a template makes of them is known only there. */
export function checkDebs(context: RuleContext): void {
  for (const [name, item] of Object.entries(context.config.packages)) {
    if (item.uses !== 'deb' || isCut(context, ['packages', name, 'with'])) continue;
    const options: Readonly<Record<string, unknown>> = item.with;
    for (const field of DEB_FIELDS) checkField(context, name, field, options[field]);
    for (const relation of Object.keys(RELATION_FIELDS)) checkRelation(context, name, relation, options[relation]);
  }
}

function checkField(context: RuleContext, name: string, field: (typeof DEB_FIELDS)[number], value: unknown): void {
  if (!isPlain(value)) return;
  const fault = debFieldFault(field, value);
  if (fault === undefined) return;
  const written: KeyPath = ['packages', name, 'with', field];
  const isOwn = isWritten(context, written);
  error(context, {
    code: 'SLIP_CONFIG_VALUE',
    path: isOwn ? written : ['packages', name],
    of: isOwn ? 'value' : 'key',
    happened: `packages.${name}.with.${field} is ${JSON.stringify(value)}${isOwn ? '' : ' by default'}; Debian Policy ${fault.section} does not allow that.`,
    remedy: `Write ${fault.says}.`,
  });
}

function checkRelation(context: RuleContext, name: string, relation: string, value: unknown): void {
  if (!isPlain(value) || value.trim() === '') return;
  try {
    relationField(relation, value);
  } catch (fault) {
    if (!(fault instanceof PackageOptionError)) throw fault;
    const { message: happened, remedy } = fault;
    const path = ['packages', name, 'with', relation];
    error(context, { code: 'SLIP_CONFIG_VALUE', path, happened: `packages.${name}.with.${happened}`, remedy });
  }
}

const isPlain = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && parseTemplate(value).parts.every(({ kind }) => kind === 'text');

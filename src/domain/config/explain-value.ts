import type { z } from 'zod';
import type { ConfigCode } from './config-codes.ts';
import { type ConfigNode, type ScalarNode, toPlain } from './config-node.ts';
import { type KeyPath, printPath } from './key-path.ts';
import { nearestKey, suggest } from './nearest-key.ts';
import type { PathFinding } from './path-finding.ts';
import type { ScalarKind } from './schema/key.ts';
import { choicesOf, kindOf, wanted } from './schema/schema-words.ts';
import { accepts, optionFor, type Schema } from './schema/walk-schema.ts';
import { timeZoneNames } from './time-zone.ts';

type Issue = z.core.$ZodIssue;
type Explained = Pick<PathFinding, 'code' | 'happened' | 'remedy'>;

const said = (code: ConfigCode, happened: string, remedy: string): Explained => ({ code, happened, remedy });

/** Why a value that is written cannot be, and what to write. */
export function explainValue(node: ConfigNode, path: KeyPath, taken: Schema | undefined, issue: Issue): Explained {
  const name = printPath(path);
  // Of "text or map" the one that was meant.
  const schema = taken && kindOf(taken) === undefined ? optionFor(taken, toPlain(node)) : taken;
  const kind = schema && kindOf(schema);
  const write = `Write ${schema ? wanted(schema) : 'another value'}.`;
  if (node.kind !== 'scalar') return explainCollection(node, name, write, issue);
  if (node.value === null) return said('SLIP_CONFIG_TYPE', `${name} is empty.`, write);
  if (kind?.secret) return literalSecret(name, node.value);
  if (name === 'version') return wrongVersion(node);
  const shown = `${name} is ${show(node)}.`;
  const custom =
    issue.code === 'custom' ? (issue.params as { code?: ConfigCode; write?: string } | undefined) : undefined;
  if (custom?.write) return said(custom.code ?? 'SLIP_CONFIG_VALUE', shown, `Write ${custom.write}.`);
  if (issue.code === 'invalid_type' && issue.expected === 'string') return notText(node, path, schema, kind, write);
  const choices = choicesOf(schema, issue);
  if (choices !== undefined) return said('SLIP_CONFIG_VALUE', shown, suggest(String(node.value), choices));
  if (kind?.nearest === 'time zone') return said('SLIP_CONFIG_VALUE', shown, nearZone(String(node.value), write));
  return said(issue.code === 'invalid_type' ? 'SLIP_CONFIG_TYPE' : (kind?.code ?? 'SLIP_CONFIG_VALUE'), shown, write);
}

function explainCollection(node: ConfigNode, name: string, write: string, issue: Issue): Explained {
  if (issue.code === 'too_small')
    return said('SLIP_CONFIG_VALUE', `${name} is an empty list.`, 'Write at least one item, or leave the key out.');
  return said('SLIP_CONFIG_TYPE', `${name} is a ${node.kind}.`, write);
}

/** YAML made a number or truth of what was meant as text: `2.10` is 2.1 for ever after. */
function notText(
  node: ScalarNode,
  path: KeyPath,
  schema: Schema | undefined,
  kind: ScalarKind | undefined,
  write: string,
): Explained {
  if (schema === undefined || !accepts(schema, node.source))
    return said('SLIP_CONFIG_TYPE', `${printPath(path)} is ${show(node)}.`, write);
  const what = typeof node.value === 'number' ? `the number ${node.value}` : String(node.value);
  return said(
    'SLIP_CONFIG_NOT_TEXT',
    `${path.at(-1)} is ${what} here, because ${node.source} is not in quotes.`,
    kind?.write.includes('in quotes') ? write : `Write "${node.source}".`,
  );
}

function literalSecret(name: string, written: string | number | boolean): Explained {
  const remedy = 'Put it in a file or variable and write file:PATH or env:NAME.';
  return typeof written === 'string' && written.startsWith('vault:')
    ? said('SLIP_CONFIG_SECRET_PLACE', `${name} is a vault: reference, which version 1 keeps for later.`, remedy)
    : said('SLIP_CONFIG_LITERAL_SECRET', `${name} holds a literal.`, remedy);
}

function wrongVersion(node: ScalarNode): Explained {
  const version = Number(node.value);
  const isLater = Number.isInteger(version) && version > 1;
  return said(
    'SLIP_CONFIG_VERSION',
    isLater ? `version is ${version}: the file needs slipway ${version}.` : `version is ${show(node)}.`,
    isLater ? `Install it, or write the file for version 1, which this slipway reads.` : 'Write 1.',
  );
}

function nearZone(written: string, write: string): string {
  const near = nearestKey(written, timeZoneNames());
  return near === undefined ? write : `Write "${near}".`;
}

function show(node: ScalarNode): string {
  if (typeof node.value === 'number') return `the number ${node.source}`;
  if (typeof node.value !== 'string') return String(node.value);
  return JSON.stringify(node.value.length > 40 ? `${node.value.slice(0, 40)}...` : node.value);
}

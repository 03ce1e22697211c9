import { z } from 'zod';
import { type ConfigNode, nodeAt, toPlain } from './config-node.ts';
import { explainValue } from './explain-value.ts';
import { type KeyPath, printPath } from './key-path.ts';
import { nearestKey, suggest } from './nearest-key.ts';
import type { PathFinding } from './path-finding.ts';
import { configSchema } from './schema/config-schema.ts';
import { choicesOf, kindOf, wanted } from './schema/schema-words.ts';
import { childSchema, isMapSchema, legalKeys, optionFor, type Schema, unwrap } from './schema/walk-schema.ts';

type Issue = z.core.$ZodIssue;

/** What zod found, in our words, one finding for each place. */
export function shapeFindings(root: ConfigNode, issues: readonly Issue[]): readonly PathFinding[] {
  const findings = new Map<string, PathFinding>();
  for (const finding of issues.flatMap((issue) => explainIssue(root, issue))) {
    // Several keys may be missing in one place; of one value the first fault is enough.
    const subject = finding.code === 'SLIP_CONFIG_MISSING' ? finding.happened : '';
    const where = `${printPath(finding.path)} ${finding.of} ${subject}`;
    if (!findings.has(where)) findings.set(where, finding);
  }
  return [...findings.values()];
}

function explainIssue(root: ConfigNode, issue: Issue): readonly PathFinding[] {
  const path = issue.path as KeyPath;
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(root, path, key));
  if (issue.code === 'invalid_key') return [invalidKey(root, path)];
  const inner = issue.code === 'invalid_union' ? innerIssues(root, issue) : undefined;
  if (inner !== undefined) return inner.flatMap((nested) => explainIssue(root, nested));
  const node = nodeAt(root, path);
  const schema = schemaAt(root, path);
  if (node === undefined) return [missing(root, path, schema, issue)];
  return [{ severity: 'error', path, of: 'value', ...explainValue(node, path, schema, issue) }];
}

/** A union's own issue says nothing: those of the option that was meant do. */
function innerIssues(root: ConfigNode, issue: z.core.$ZodIssueInvalidUnion): readonly Issue[] | undefined {
  const path = issue.path as KeyPath;
  const schema = schemaAt(root, path);
  const node = nodeAt(root, path);
  const plain = schema && unwrap(schema);
  if (node === undefined || !(plain instanceof z.ZodUnion) || issue.errors.length === 0) return undefined;
  const meant = optionFor(plain, toPlain(node));
  if (!isMapSchema(unwrap(meant)) || node.kind !== 'map') return undefined;
  const index = plain._zod.def.options.indexOf(meant);
  return issue.errors[index]?.map((nested) => ({ ...nested, path: [...path, ...nested.path] }));
}

/** The schema of the value at a path of this file. */
function schemaAt(root: ConfigNode, path: KeyPath): Schema | undefined {
  let schema: Schema | undefined = configSchema;
  let node: ConfigNode | undefined = root;
  for (const part of path) {
    schema = schema && childSchema(schema, part, node && toPlain(node));
    node = node && nodeAt(node, [part]);
  }
  return schema;
}

const here = (path: KeyPath): string => (path.length === 0 ? 'the file' : printPath(path));

function unknownKey(root: ConfigNode, path: KeyPath, key: string): PathFinding {
  const node = nodeAt(root, path);
  const schema = schemaAt(root, path);
  const legal = (schema && legalKeys(schema, node && toPlain(node))) ?? [];
  const written = node?.kind === 'map' ? [...node.entries.keys()] : [];
  const open = legal.filter((name) => !written.includes(name));
  return {
    severity: 'error',
    path: [...path, key],
    of: 'key',
    code: 'SLIP_CONFIG_UNKNOWN_KEY',
    happened: `"${key}" is not a key of ${here(path)}.`,
    // One that is not there yet was meant before one that is.
    remedy: suggest(key, nearestKey(key, open) === undefined ? legal : open),
  };
}

function invalidKey(root: ConfigNode, path: KeyPath): PathFinding {
  const above = schemaAt(root, path.slice(0, -1));
  const plain = above && unwrap(above);
  const kind = plain instanceof z.ZodRecord ? kindOf(plain._zod.def.keyType) : undefined;
  return {
    severity: 'error',
    path,
    of: 'key',
    code: kind?.code ?? 'SLIP_CONFIG_NAME',
    happened: `${JSON.stringify(path.at(-1))} cannot be a key of ${here(path.slice(0, -1))}.`,
    remedy: `Write ${kind?.write ?? 'another name'}.`,
  };
}

function missing(root: ConfigNode, path: KeyPath, schema: Schema | undefined, issue: Issue): PathFinding {
  const above = path.slice(0, -1);
  const where = above.length === 0 ? 'The file' : printPath(above);
  const isItem = nodeAt(root, above)?.kind === 'list';
  const choices = choicesOf(schema, issue);
  const what = choices !== undefined ? `one of: ${choices.join(', ')}` : schema === undefined ? 'it' : wanted(schema);
  return {
    severity: 'error',
    path: above,
    of: 'key',
    code: 'SLIP_CONFIG_MISSING',
    happened: isItem ? `${where} has an empty item.` : `${where} has no "${path.at(-1)}".`,
    remedy: `Add ${what}.`,
  };
}

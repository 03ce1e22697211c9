import { z } from 'zod';
import { type ConfigNode, nodeAt, toPlain } from './config-node.ts';
import type { KeyPath } from './key-path.ts';
import { printPath } from './key-path.ts';
import { nearestKey, suggest } from './nearest-key.ts';
import type { PathFinding } from './path-finding.ts';
import { configSchema } from './schema/config-schema.ts';
import { type ScalarKind, scalarKinds } from './schema/key.ts';
import { childSchema, isMapSchema, layers, legalKeys, optionFor, type Schema, unwrap } from './schema/walk-schema.ts';
import { timeZoneNames } from './time-zone.ts';

type Issue = z.core.$ZodIssue;

/** What zod found, in our words, one finding for each place. */
export function shapeFindings(root: ConfigNode, issues: readonly Issue[]): readonly PathFinding[] {
  const findings = new Map<string, PathFinding>();
  for (const finding of issues.flatMap((issue) => explainIssue(root, issue))) {
    const where = `${printPath(finding.path)} ${finding.of}`;
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
  return [node === undefined ? missing(root, path) : wrongValue(root, node, path, issue)];
}

/** A union's own issue says nothing: those of the option that was meant do. */
function innerIssues(root: ConfigNode, issue: z.core.$ZodIssueInvalidUnion): readonly Issue[] | undefined {
  const path = issue.path as KeyPath;
  const schema = schemaAt(root, path);
  const node = nodeAt(root, path);
  const plain = schema && unwrap(schema);
  if (node === undefined || !(plain instanceof z.ZodUnion) || issue.errors.length === 0) return undefined;
  const meant = optionFor(plain, toPlain(node));
  const index = plain._zod.def.options.indexOf(meant);
  if (!isMapSchema(unwrap(meant)) || node.kind !== 'map') return undefined;
  return issue.errors[index]?.map((nested) => ({ ...nested, path: [...path, ...nested.path] }));
}

/** The schema of the value at a path of this file. */
export function schemaAt(root: ConfigNode, path: KeyPath): Schema | undefined {
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
    // The nearest may be there already; then it is the duplicate of a typing error and still what was meant.
    remedy: nearestKey(key, open) === undefined ? suggest(key, legal) : suggest(key, open),
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

function missing(root: ConfigNode, path: KeyPath): PathFinding {
  const schema = schemaAt(root, path);
  const above = path.slice(0, -1);
  const isItem = nodeAt(root, above)?.kind === 'list';
  return {
    severity: 'error',
    path: above,
    of: 'key',
    code: 'SLIP_CONFIG_MISSING',
    happened: isItem ? `${here(above)} has an empty item.` : `${here(above)} has no "${path.at(-1)}".`,
    remedy: `Add ${schema === undefined ? 'it' : wanted(schema)}.`,
  };
}

function wrongValue(root: ConfigNode, node: ConfigNode, path: KeyPath, issue: Issue): PathFinding {
  const schema = schemaAt(root, path);
  const kind = schema && kindOf(schema);
  const value = (happened: string, remedy: string, code: PathFinding['code']): PathFinding => ({
    severity: 'error',
    path,
    of: 'value',
    code,
    happened,
    remedy,
  });
  if (kind?.secret && node.kind === 'scalar' && node.value !== null) return literalSecret(path, node.value, value);
  if (node.kind === 'scalar' && node.value === null)
    return value(`${here(path)} is empty.`, `Write ${schema ? wanted(schema) : 'a value'}.`, 'SLIP_CONFIG_TYPE');
  if (issue.code === 'invalid_type' || issue.code === 'invalid_union') {
    if (issue.code === 'invalid_type' && issue.expected === 'string' && node.kind === 'scalar')
      return value(
        notText(path, node.value, node.source),
        `Write ${textWanted(kind, node.source)}.`,
        'SLIP_CONFIG_NOT_TEXT',
      );
  }
  return value(...explainValue(node, path, issue, schema, kind));
}

type Explained = readonly [happened: string, remedy: string, code: PathFinding['code']];

function explainValue(
  node: ConfigNode,
  path: KeyPath,
  issue: Issue,
  schema: Schema | undefined,
  kind: ScalarKind | undefined,
): Explained {
  const shown = `${here(path)} is ${show(node)}.`;
  const plain = schema && unwrap(schema);
  const params =
    issue.code === 'custom' ? (issue.params as { code?: PathFinding['code']; write?: string } | undefined) : undefined;
  if (params?.write) return [shown, `Write ${params.write}.`, params.code ?? 'SLIP_CONFIG_VALUE'];
  if (path.length === 1 && path[0] === 'version') return wrongVersion(node, shown);
  const choices = choicesOf(plain, issue);
  if (choices !== undefined && node.kind === 'scalar')
    return [shown, suggest(String(node.value), choices), 'SLIP_CONFIG_VALUE'];
  if (kind?.write.startsWith('an IANA') && node.kind === 'scalar')
    return [shown, timeZoneRemedy(String(node.value)), 'SLIP_CONFIG_VALUE'];
  if (issue.code === 'too_small' && node.kind === 'list')
    return [`${here(path)} is an empty list.`, 'Write at least one item, or leave the key out.', 'SLIP_CONFIG_VALUE'];
  const wrongKind = issue.code === 'invalid_type';
  return [
    shown,
    `Write ${schema ? wanted(schema) : 'another value'}.`,
    wrongKind ? 'SLIP_CONFIG_TYPE' : (kind?.code ?? 'SLIP_CONFIG_VALUE'),
  ];
}

function wrongVersion(node: ConfigNode, shown: string): Explained {
  const value = node.kind === 'scalar' ? Number(node.value) : Number.NaN;
  if (Number.isInteger(value) && value > 1)
    return [shown, `The file needs slipway ${value} or later; this one reads version 1.`, 'SLIP_CONFIG_VERSION'];
  return [shown, 'Write 1.', 'SLIP_CONFIG_VERSION'];
}

const timeZoneRemedy = (written: string): string => {
  const near = nearestKey(written, timeZoneNames());
  return near === undefined ? 'Write an IANA time zone, such as Europe/Brussels.' : `Write "${near}".`;
};

function literalSecret(
  path: KeyPath,
  written: string | number | boolean,
  value: (happened: string, remedy: string, code: PathFinding['code']) => PathFinding,
): PathFinding {
  if (typeof written === 'string' && written.startsWith('vault:'))
    return value(
      `${here(path)} is a vault: reference, which version 1 keeps for later.`,
      'Put it in a file or variable and write file:PATH or env:NAME.',
      'SLIP_CONFIG_SECRET_PLACE',
    );
  return value(
    `${here(path)} holds a literal.`,
    'Put it in a file or variable and write file:PATH or env:NAME.',
    'SLIP_CONFIG_LITERAL_SECRET',
  );
}

/** `versions is the number 2.1 here, because 2.10 is not in quotes.` */
export function notText(path: KeyPath, value: string | number | boolean | null, source: string): string {
  const what = typeof value === 'number' ? `the number ${value}` : String(value);
  return `${path.at(-1)} is ${what} here, because ${source} is not in quotes.`;
}

const textWanted = (kind: ScalarKind | undefined, source: string): string =>
  kind?.write.includes('in quotes') ? kind.write : `"${source}"`;

function choicesOf(plain: Schema | undefined, issue: Issue): readonly string[] | undefined {
  if (issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options))
    return issue.options.filter((option) => option !== undefined).map(String);
  if (plain instanceof z.ZodEnum) return Object.values(plain._zod.def.entries).map(String);
  return undefined;
}

const kindOf = (schema: Schema): ScalarKind | undefined =>
  layers(schema)
    .map((layer) => scalarKinds.get(layer as z.ZodType))
    .find((kind) => kind !== undefined);

/** What a value of this schema looks like, as the object of "Write". */
function wanted(schema: Schema): string {
  const kind = kindOf(schema);
  if (kind !== undefined) return kind.write;
  const plain = unwrap(schema);
  if (plain instanceof z.ZodEnum) return Object.values(plain._zod.def.entries).join(' or ');
  if (plain instanceof z.ZodArray) return 'a list, such as [a, b]';
  if (plain instanceof z.ZodUnion && !(plain instanceof z.ZodDiscriminatedUnion))
    return plain._zod.def.options.map(wanted).join(', or ');
  if (plain instanceof z.ZodLiteral) return [...plain.values].join(' or ');
  if (isMapSchema(plain)) return 'a map (key: value)';
  return 'a value';
}

function show(node: ConfigNode): string {
  if (node.kind === 'map') return 'a map';
  if (node.kind === 'list') return 'a list';
  if (typeof node.value === 'string') {
    const short = node.value.length > 40 ? `${node.value.slice(0, 40)}...` : node.value;
    return node.value === '' ? 'empty' : JSON.stringify(short);
  }
  return typeof node.value === 'number' ? `the number ${node.source}` : String(node.value);
}

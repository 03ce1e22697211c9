import { PackageFormatError } from '../package-error.ts';
import type { PackageFacts } from '../package-facts.ts';
import { parseDebVersion } from '../version/deb-version.ts';
import { VersionFormatError } from '../version/version-error.ts';

export type DebFacts = Extract<PackageFacts, { readonly format: 'deb' }>;

/** Fields that an index adds of its own: a package that brings them would be listed with two of each. */
const OF_THE_INDEX = new Set(['filename', 'size', 'md5sum', 'sha1', 'sha256', 'sha512']);
const FIELD = /^([!-,.-9;-~][!-9;-~]*):[ \t]*(.*)$/;

/**
 * Reads a control file (Debian Policy 5.1): one stanza of fields, kept word for word for the index.
 * @throws {PackageFormatError} no UTF-8, no stanza, a field twice, or one that dpkg needs is missing or wrong.
 */
export function readControl(bytes: Uint8Array): DebFacts {
  const control = decode(bytes).replace(/\n+$/, '');
  const fields = parseStanza(control);
  const value = (name: string): string => {
    const text = fields.get(name.toLowerCase())?.trim();
    if (text === undefined || text === '') throw broken(`the field ${name} is missing`);
    return text;
  };
  const name = value('Package');
  const version = value('Version');
  const arch = value('Architecture');
  if (!/^[a-z0-9][a-z0-9.+-]+$/.test(name))
    throw broken(`the name ${JSON.stringify(name)} is not allowed (Policy 5.6.1)`);
  if (!/^[a-z0-9][a-z0-9-]*$/.test(arch))
    throw broken(`the architecture ${JSON.stringify(arch)} is none (Policy 5.6.8)`);
  try {
    parseDebVersion(version);
  } catch (error) {
    if (error instanceof VersionFormatError) throw broken(error.message.replace(/\.$/, ''), error);
    throw error;
  }
  return { format: 'deb', name, version, arch, control };
}

/** Fields of one stanza by their lower-case name; continuation lines keep their newlines. */
function parseStanza(control: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let last: string | undefined;
  for (const [i, line] of control.split('\n').entries()) {
    const where = `line ${i + 1}`;
    if (line.trim() === '') throw broken(control === '' ? 'it is empty' : `${where} is empty: it must be one stanza`);
    if (/^[ \t]/.test(line)) {
      if (last === undefined) throw broken(`${where} goes on with a field, but there is none before it`);
      fields.set(last, `${fields.get(last)}\n${line}`);
      continue;
    }
    const [, name, text = ''] = FIELD.exec(line) ?? [];
    if (name === undefined) throw broken(`${where} is no field: ${JSON.stringify(line.slice(0, 60))}`);
    last = name.toLowerCase();
    if (fields.has(last)) throw broken(`the field ${name} is there twice`);
    if (OF_THE_INDEX.has(last)) throw broken(`it has the field ${name}, which belongs to the index of a repository`);
    fields.set(last, text);
  }
  return fields;
}

function decode(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('utf8');
  if (!Buffer.from(text).equals(bytes)) throw broken('it is not UTF-8 (Policy 5.1)');
  if (text.includes('\0') || text.includes('\r')) throw broken('it has control characters');
  return text;
}

const broken = (why: string, cause?: unknown): PackageFormatError =>
  new PackageFormatError(`The control file of the deb cannot be used: ${why}.`, 'Correct what makes the package.', {
    cause,
  });

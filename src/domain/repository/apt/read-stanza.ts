import { isSha256, type Sha256 } from '../../../kernel/ids.ts';
import type { Paragraph } from './read-paragraphs.ts';

/** A package as an index offers it. */
export interface ReadStanza {
  readonly name: string;
  readonly version: string;
  readonly arch: string;
  /** Below the repository. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: Sha256;
}

/** @throws {RangeError} a field that a client needs is missing or makes no sense. */
export function readStanza(paragraph: Paragraph): ReadStanza {
  const name = paragraph.get('package') ?? '';
  const need = (field: string): string => {
    const value = paragraph.get(field);
    if (value === undefined || value === '') throw new RangeError(`the stanza of ${name || '?'} has no ${field}`);
    return value;
  };
  const sha256 = need('sha256');
  const path = need('filename');
  const size = need('size');
  if (!isSha256(sha256)) throw new RangeError(`the SHA256 of ${name} is not 64 hex digits`);
  if (!isInside(path)) throw new RangeError(`the Filename of ${name} leads out of the repository: ${path}`);
  if (!/^\d{1,15}$/.test(size)) throw new RangeError(`the Size of ${name} is not a number`);
  return {
    name: need('package'),
    version: need('version'),
    arch: need('architecture'),
    path,
    sizeBytes: Number(size),
    sha256,
  };
}

/** A relative path that cannot climb out of its folder, whatever it is joined to. */
export const isInside = (path: string): boolean =>
  path !== '' && !/[\\?#]|:\/\//.test(path) && path.split('/').every((part) => !['', '.', '..'].includes(part));

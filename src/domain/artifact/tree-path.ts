import { TreeError } from './tree-error.ts';

/** NAME_MAX and PATH_MAX of Linux, less room for the folder the tree is placed in. */
const LONGEST_NAME_BYTES = 255;
const LONGEST_PATH_BYTES = 3072;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for. C0, DEL, C1, and the two line ends of Unicode
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** A name that could forge a line of a log, an index or a script is never carried. */
export function checkName(path: string, text: string): void {
  if (CONTROL.test(text)) throw new TreeError(path, 'has a control character in its name', 'Rename it.');
  // A lone surrogate has no UTF-8 form: two such names would become one on disk.
  if (/\p{Surrogate}/u.test(text)) throw new TreeError(path, 'has a name that is not valid Unicode', 'Rename it.');
}

/** Relative, `/`-separated, no empty, `.` or `..` parts, no control characters, short enough for a disk. @throws {TreeError} */
export function checkTreePath(path: string): void {
  checkName(path, path);
  if (path.startsWith('/')) throw new TreeError(path, 'is absolute', 'Paths of a tree are relative to its folder.');
  for (const part of path.split('/')) {
    if (part === '' || part === '.' || part === '..') {
      throw new TreeError(
        path,
        `has a part ${JSON.stringify(part)}`,
        'Write the path without empty parts, "." or "..".',
      );
    }
    if (Buffer.byteLength(part) > LONGEST_NAME_BYTES)
      throw new TreeError(path, 'has a name over 255 bytes', 'Shorten it.');
  }
  if (Buffer.byteLength(path) > LONGEST_PATH_BYTES) throw new TreeError(path, 'is over 3072 bytes long', 'Shorten it.');
}

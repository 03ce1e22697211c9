import picomatch from 'picomatch';
import { OutputOutsideError } from './output-error.ts';

/** One glob of `outputs`, ready to be matched. */
export interface OutputPattern {
  /** As written in the config. */
  readonly text: string;
  /** The folders before the first wildcard, below the work folder; empty for the work folder itself. */
  readonly base: string;
  /** Is this path (relative, `/`-separated) meant? */
  matches(path: string): boolean;
}

/**
 * Compiles a glob: `*` within a name, `**` across folders, `?`, `[a-z]`, `{deb,rpm}`. A wildcard matches no leading dot;
 * there is no negation.
 * @throws {OutputOutsideError} it is absolute or has `..` in it.
 */
export function compileOutputPattern(text: string): OutputPattern {
  const isAbsolute = text.startsWith('/');
  const glob = text
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
  if (glob === '' || isAbsolute || expandedParts(glob).includes('..')) {
    throw new OutputOutsideError(`The output pattern "${text}" is absolute, empty, or has ".." in it`);
  }
  const options = { nonegate: true, strictSlashes: true };
  const isMatch = picomatch(glob, options);
  return { text, base: literalFolders(glob), matches: (path) => isMatch(path) };
}

/** The parts of the path, also those within braces: `{a,..}/b` leaves the folder too. */
const expandedParts = (glob: string): readonly string[] => glob.split(/[/{},()|]/);

function literalFolders(glob: string): string {
  const folders = glob.split('/').slice(0, -1);
  const firstGlob = folders.findIndex((folder) => /[*?[\]{}()!+@|\\]/.test(folder));
  return (firstGlob < 0 ? folders : folders.slice(0, firstGlob)).join('/');
}

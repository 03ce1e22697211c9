import { compareDigitsAndText } from './compare-digits-and-text.ts';
import { VersionFormatError } from './version-error.ts';

/** `[epoch:]upstream[-revision]`. */
export interface DebVersion {
  readonly epoch: number;
  readonly upstream: string;
  /** Without it dpkg compares as if it were `0`. */
  readonly revision?: string;
}

/** The greatest epoch dpkg takes (INT_MAX). */
const MAX_EPOCH = 2 ** 31 - 1;
/** Ours: longer ones end in file names that no file system takes. */
const MAX_LENGTH = 200;

/** Reads a version by Debian Policy 5.6.12. @throws {VersionFormatError} */
export function parseDebVersion(text: string): DebVersion {
  const refuse = (why: string): never => {
    const remedy = 'Write [epoch:]upstream[-revision], such as 2.0~rc1 or 1:2.0-1 (Debian Policy 5.6.12).';
    throw new VersionFormatError(`"${text.slice(0, MAX_LENGTH)}" is no Debian version: ${why}.`, remedy);
  };
  if (text === '') refuse('it is empty');
  if (text.length > MAX_LENGTH) refuse(`it has ${text.length} characters, ${MAX_LENGTH} is the most`);
  const colon = text.indexOf(':');
  const epochText = colon === -1 ? undefined : text.slice(0, colon);
  if (epochText !== undefined && !/^\d{1,10}$/.test(epochText)) refuse(`the epoch "${epochText}" is not a number`);
  const epoch = Number(epochText ?? 0);
  if (epoch > MAX_EPOCH) refuse(`the epoch ${epoch} is greater than ${MAX_EPOCH}`);

  const rest = text.slice(colon + 1);
  const hyphen = rest.lastIndexOf('-');
  const upstream = hyphen === -1 ? rest : rest.slice(0, hyphen);
  const revision = hyphen === -1 ? undefined : rest.slice(hyphen + 1);
  if (upstream === '') refuse('the upstream version is empty');
  if (!/^\d/.test(upstream)) refuse('it does not begin with a digit');
  const allowed = epochText === undefined ? /[^A-Za-z0-9.+~-]/ : /[^A-Za-z0-9.+~:-]/;
  const wrong =
    allowed.exec(upstream)?.[0] ?? (revision === undefined ? undefined : /[^A-Za-z0-9.+~]/.exec(revision)?.[0]);
  if (wrong !== undefined) refuse(`the character ${JSON.stringify(wrong)} is not allowed there`);
  if (revision === '') refuse('nothing follows the last hyphen');
  return revision === undefined ? { epoch, upstream } : { epoch, upstream, revision };
}

/** The text of a version; an epoch of 0 is not written. */
export const formatDebVersion = ({ epoch, upstream, revision }: DebVersion): string =>
  `${epoch === 0 ? '' : `${epoch}:`}${upstream}${revision === undefined ? '' : `-${revision}`}`;

/** As `dpkg --compare-versions`: below 0 if `a` is older, above 0 if it is newer. @throws {VersionFormatError} */
export function compareDebVersions(a: string, b: string): number {
  const left = parseDebVersion(a);
  const right = parseDebVersion(b);
  return (
    left.epoch - right.epoch ||
    compareDigitsAndText(left.upstream, right.upstream) ||
    compareDigitsAndText(left.revision ?? '0', right.revision ?? '0')
  );
}

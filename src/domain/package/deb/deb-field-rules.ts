import { PackageOptionError } from '../package-error.ts';

type Rule = readonly [section: string, fits: RegExp, says: string];

/** What Debian Policy asks of a field's value; the section is named in the message. */
// biome-ignore format: a policy is read by columns
const RULES = {
  name:       ['5.6.1',  /^[a-z0-9][a-z0-9.+-]+$/, 'at least two characters, small letters, digits and + - . only, a letter or digit first'],
  arch:       ['5.6.8',  /^(?!any$|source$)[a-z0-9][a-z0-9-]*$/, 'all, or one architecture as "dpkg --print-architecture" names it'],
  maintainer: ['5.6.2',  /^[^\s<>][^<>\n]* <[^\s<>@]+@[^\s<>@]+>$/, 'a name and an address, such as "Hello <hello@example.org>"'],
  section:    ['2.4',    /^[a-z0-9-]+(\/[a-z0-9-]+)?$/, 'small letters, such as utils or non-free/utils'],
  priority:   ['2.5',    /^(required|important|standard|optional|extra)$/, 'required, important, standard or optional'],
  homepage:   ['5.6.23', /^[a-z][a-z0-9+.-]*:\/\/[^\s<>]+$/i, 'a URL without < >'],
  summary:    ['5.6.13', /^[^\s](?:.*[^\s])?$/, 'one line that is not empty and does not begin or end with a blank'],
  license:    ['5.1',    /^[^\s](?:.*[^\s])?$/, 'one line that is not empty'],
} as const satisfies Record<string, Rule>;

type Option = keyof typeof RULES;

/** Options of a deb that become a field of their own. */
export const DEB_FIELDS = Object.keys(RULES) as readonly Option[];

/** Why a value cannot be that field: the section of Debian Policy, and what it wants; undefined when it can. */
export function debFieldFault(
  option: Option,
  value: string,
): { readonly section: string; readonly says: string } | undefined {
  const [section, fits, says] = RULES[option];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is refused
  return fits.test(value) && !/[\u0000-\u001f\u007f]/.test(value) ? undefined : { section, says };
}

/** @throws {PackageOptionError} naming the section of Debian Policy. */
export function checkField(option: Option, value: string): string {
  const fault = debFieldFault(option, value);
  if (fault === undefined) return value;
  throw new PackageOptionError(
    `${option} is ${JSON.stringify(value)}; Debian Policy ${fault.section} does not allow that.`,
    `Write ${fault.says}.`,
  );
}

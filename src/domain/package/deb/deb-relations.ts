import { PackageOptionError } from '../package-error.ts';

/** `with:` key -> field, in the order dpkg-gencontrol writes them. */
export const RELATION_FIELDS = {
  'pre-depends': 'Pre-Depends',
  depends: 'Depends',
  recommends: 'Recommends',
  suggests: 'Suggests',
  enhances: 'Enhances',
  conflicts: 'Conflicts',
  breaks: 'Breaks',
  replaces: 'Replaces',
  provides: 'Provides',
} as const;

/** Debian Policy 7.1: `name`, `name:arch`, `name (>= version)`. Only these may have `|` between alternatives. */
const ONE = /^[a-z0-9][a-z0-9+.-]+(:[a-z0-9][a-z0-9-]*)?(\s*\(\s*(<<|<=|=|>=|>>)\s*[0-9][A-Za-z0-9.+:~-]*\s*\))?$/;
const WITH_ALTERNATIVES = new Set(['pre-depends', 'depends', 'recommends', 'suggests']);

/**
 * A relation field of the control file, word for word, on one line. One broken field in an index makes apt refuse the whole
 * repository for everybody, so its syntax is checked here.
 * @throws {PackageOptionError}
 */
export function relationField(option: string, value: string): readonly [field: string, value: string] {
  const field = Object.hasOwn(RELATION_FIELDS, option)
    ? RELATION_FIELDS[option as keyof typeof RELATION_FIELDS]
    : undefined;
  if (field === undefined)
    throw new PackageOptionError(
      `${option} is no relation between packages.`,
      `Write one of ${Object.keys(RELATION_FIELDS).join(', ')}.`,
    );
  const line = value.trim().replace(/\s*\n\s*/g, ' ');
  for (const group of line.split(',')) {
    const alternatives = WITH_ALTERNATIVES.has(option) ? group.split('|') : [group];
    const wrong = alternatives.find((one) => !ONE.test(one.trim()));
    if (wrong === undefined) continue;
    const why = wrong.includes('${')
      ? 'is a substitution of debhelper, which is not run here'
      : wrong.trim() === ''
        ? 'is empty'
        : wrong.includes('|')
          ? 'has alternatives, which this field cannot have'
          : 'is not NAME or NAME (>= VERSION)';
    throw new PackageOptionError(
      `${option} has ${JSON.stringify(wrong.trim())}, which ${why} (Debian Policy 7.1).`,
      'Write names with commas between them, such as "libc6 (>= 2.36), java17-runtime-headless | java-runtime".',
    );
  }
  return [field, line];
}

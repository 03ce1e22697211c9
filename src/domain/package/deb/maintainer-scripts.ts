import { PackageOptionError } from '../package-error.ts';
import type { ScriptParts } from './systemd-snippets.ts';

/** Debian Policy 6.1. */
export const SCRIPT_NAMES = ['preinst', 'postinst', 'prerm', 'postrm'] as const;
export type ScriptName = (typeof SCRIPT_NAMES)[number];

/** debhelper's word for "the generated part goes here"; known to everybody who has written a maintainer script. */
const TOKEN = /^[ \t]*#DEBHELPER#[ \t]*$/m;
const SHELL = /^#!\s*(\/usr)?\/bin\/(env\s+)?(sh|bash|dash)\b/;

/**
 * The maintainer scripts of a deb: the user's own, with what `systemd` needs. The generated part takes the place of a line
 * `#DEBHELPER#`; without one the user's script runs first in a subshell (an `exit 0` at its end must not skip the rest), for
 * `prerm` afterwards, so that a service is stopped before anything else is done.
 * @throws {PackageOptionError} no `#!` line, an unknown name, or a script in another language that leaves no place.
 */
export function maintainerScripts(
  own: Readonly<Record<string, string>>,
  parts: ScriptParts,
): Readonly<Partial<Record<ScriptName, string>>> {
  const unknown = Object.keys(own).find((name) => !(SCRIPT_NAMES as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw new PackageOptionError(`scripts has "${unknown}".`, `Write one of ${SCRIPT_NAMES.join(', ')}.`);
  const scripts = SCRIPT_NAMES.map((name): readonly [ScriptName, string | undefined] => {
    const part = name === 'preinst' ? undefined : parts[name];
    const text = own[name];
    if (text === undefined) return [name, part === undefined ? undefined : `#!/bin/sh\nset -e\n${part}`];
    if (!text.startsWith('#!'))
      throw new PackageOptionError(
        `scripts.${name} does not begin with "#!" (Debian Policy 6.1).`,
        'Make its first line #!/bin/sh and its second one set -e.',
      );
    if (text.includes('\r\n'))
      throw new PackageOptionError(
        `scripts.${name} has Windows line ends: no system finds its interpreter.`,
        'Save it with Unix line ends.',
      );
    if (part === undefined) return [name, text.replace(TOKEN, '')];
    return [name, TOKEN.test(text) ? text.replace(TOKEN, () => part.trimEnd()) : joined(name, text, part)];
  });
  return Object.fromEntries(scripts.filter(([, text]) => text !== undefined));
}

function joined(name: ScriptName, text: string, part: string): string {
  const [first = ''] = text.split('\n', 1);
  if (!SHELL.test(first))
    throw new PackageOptionError(
      `scripts.${name} is not a shell script (${first}), and systemd needs a part of it.`,
      'Put a line "#DEBHELPER#" where shell code may stand, or write the script for /bin/sh.',
    );
  // No "set -e" and no "||" around it: the user's script keeps its own way with errors, and its status still counts.
  const own = `(\n:\n${text.slice(first.length + 1).trimEnd()}\n)\nslipway_status=$?\n[ $slipway_status = 0 ] || exit $slipway_status\n`;
  return `${first}\n${name === 'prerm' ? `${part}${own}` : `${own}${part}`}`;
}

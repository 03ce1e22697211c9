import type { PackageOptions } from '../../config/resolved-config.ts';
import type { ArchiveEntry } from '../archive/archive-entry.ts';
import { sizeOf } from '../archive/archive-entry.ts';
import { parseDebVersion } from '../version/deb-version.ts';
import { checkField } from './deb-field-rules.ts';
import { RELATION_FIELDS, relationField } from './deb-relations.ts';

/**
 * The control file of a binary package (Debian Policy 5.3), fields in dpkg's order, with its final newline.
 * @throws {PackageOptionError} {@link VersionFormatError}
 */
export function debControl(options: PackageOptions, version: string, entries: readonly ArchiveEntry[]): string {
  parseDebVersion(version);
  const unknown = Object.keys(options.relations).filter((key) => !Object.hasOwn(RELATION_FIELDS, key));
  const relations = [...Object.keys(RELATION_FIELDS), ...unknown].flatMap((key) => {
    const value = options.relations[key];
    return value === undefined || value.trim() === '' ? [] : [relationField(key, value)];
  });
  const optional = (option: 'homepage' | 'license', field: string): readonly (readonly [string, string])[] =>
    options[option] === undefined ? [] : [[field, checkField(option, options[option])]];
  const fields: readonly (readonly [string, string])[] = [
    ['Package', checkField('name', options.name)],
    ['Version', version],
    ['Architecture', checkField('arch', options.arch)],
    ['Maintainer', checkField('maintainer', options.maintainer)],
    ['Installed-Size', String(installedSizeKiB(entries))],
    ...relations,
    // Policy recommends both; without them frontends show the package as unknown.
    ['Section', checkField('section', options.section ?? 'misc')],
    ['Priority', checkField('priority', options.priority ?? 'optional')],
    ...optional('homepage', 'Homepage'),
    // Policy has no such field and dpkg carries any (deb-control(5), "user-defined"): so `dpkg-deb -f` answers it.
    ...optional('license', 'License'),
    ['Description', describe(checkField('summary', options.summary), options.description)],
  ];
  return `${fields.map(([name, value]) => `${name}: ${value}`).join('\n')}\n`;
}

/** Policy 5.6.13: further lines begin with a blank, an empty one is ` .`, and ` .text` is reserved. */
function describe(summary: string, description: string | undefined): string {
  const lines = (description ?? '').trim() === '' ? [] : (description ?? '').trimEnd().split(/\r?\n/);
  const long = lines.map((line) => {
    const text = line.trimEnd().replaceAll('\t', '        ');
    if (text === '') return ' .';
    return text.startsWith('.') ? `  ${text}` : ` ${text}`;
  });
  return [summary, ...long].join('\n');
}

/** Policy 5.6.20, counted as dpkg-gencontrol does: files in whole KiB, everything else as one. */
function installedSizeKiB(entries: readonly ArchiveEntry[]): number {
  return entries.reduce((sum, entry) => sum + (entry.kind === 'file' ? Math.ceil(sizeOf(entry.content) / 1024) : 1), 0);
}

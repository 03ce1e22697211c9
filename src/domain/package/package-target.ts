import type { Owner } from './archive/archive-entry.ts';
import { pathFault } from './archive/archive-path.ts';
import { PackageOptionError } from './package-error.ts';

/** How targets are written for a format: absolute in a deb, relative in archives. */
export interface TargetRules {
  readonly format: 'deb' | 'tar' | 'zip';
  /** tar, zip: the folder that everything lies in. */
  readonly root?: string;
}

/**
 * The member's path that `to` means, without `/` at either end; '' is the package's root. Not yet checked: see {@link checkPath}.
 * @throws {PackageOptionError} absolute where it must be relative, or the other way round.
 */
export function targetPath(to: string, rules: TargetRules, key: string): string {
  const isAbsolute = to.startsWith('/');
  if (rules.format === 'deb' && !isAbsolute)
    throw new PackageOptionError(
      `${key} goes to "${to}", which is not absolute.`,
      `Write where it is installed, such as "/usr/bin/${to.split('/').at(-1) || 'hello'}".`,
    );
  if (rules.format !== 'deb' && isAbsolute)
    throw new PackageOptionError(
      `${key} goes to "${to}", but paths inside a ${rules.format} are relative.`,
      `Write "${to.replace(/^\/+/, '')}".`,
    );
  if (rules.format === 'zip' && to.includes('\\'))
    throw new PackageOptionError(
      `${key} goes to "${to}": zip separates with "/".`,
      'Write "/" instead of the backslash.',
    );
  const path = (isAbsolute ? to.slice(1) : to).replace(/\/$/, '');
  const inside = path === '.' ? '' : path.replace(/^\.\//, '');
  const root = (rules.root ?? '').replace(/\/$/, '');
  return [root, inside].filter((part) => part !== '').join('/');
}

/** @throws {PackageOptionError} the path cannot be a member of a package. */
export function checkPath(path: string, key: string): string {
  const fault = pathFault(path);
  if (fault === undefined) return path;
  const shown = path.length > 120 ? `${path.slice(0, 60)}...${path.slice(-50)}` : path;
  throw new PackageOptionError(`${key} makes ${JSON.stringify(shown)}, which ${fault}.`, 'Give it another target.');
}

/** `www-data`, `www-data:adm`, `1000:1000`. A name counts where it exists when the package is unpacked, else root. */
export function parseOwner(text: string, key: string): Owner {
  const match = /^([a-z_][a-z0-9_-]{0,30}|\d{1,7})(?::([a-z_][a-z0-9_-]{0,30}|\d{1,7}))?$/.exec(text);
  const [, user = '', group = user] = match ?? [];
  const uid = numeric(user);
  const gid = numeric(group);
  if (!match || uid > 0o7777777 || gid > 0o7777777)
    throw new PackageOptionError(
      `${key} has the owner ${JSON.stringify(text)}.`,
      'Write a user, or USER:GROUP; names of small letters, or numbers up to 2097151.',
    );
  return { user: /^\d/.test(user) ? '' : user, group: /^\d/.test(group) ? '' : group, uid, gid };
}

const numeric = (text: string): number => (/^\d+$/.test(text) ? Number(text) : 0);

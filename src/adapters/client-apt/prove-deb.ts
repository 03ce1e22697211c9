import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AptRoot } from './apt-root.ts';
import type { RunResult } from './run-bounded.ts';

/** A deb as apt names it. */
export interface WantedDeb {
  readonly name: string;
  readonly version: string;
}

const SCRIPTS = ['preinst', 'postinst', 'prerm', 'postrm', 'config'];

/** What a scratch root can prove of a package. */
export type DebTrial =
  | { readonly can: 'install' }
  /** `because` is said in the evidence: unpacked is less than installed. */
  | { readonly can: 'unpack'; readonly because: string };

/** Downloads through apt, so that apt checks size and digest, into `tmp` of the root. */
export const downloadDeb = (root: AptRoot, { name, version }: WantedDeb): Promise<RunResult> =>
  root.apt('download', `${name}=${version}`);

/**
 * Whether the downloaded package can be installed in an empty root. Maintainer scripts need a shell in there, and packages of the
 * distribution are not to be had: then unpacking it is all that can be tried. A dependency that this very repository should hold
 * is no excuse.
 */
export async function tryDeb(root: AptRoot, deb: WantedDeb, held: ReadonlySet<string>): Promise<DebTrial> {
  const scripts = await scriptsOf(root);
  if (scripts.length > 0) return { can: 'unpack', because: `it has maintainer scripts (${scripts.join(', ')})` };
  const simulated = await root.apt('install', '--simulate', `${deb.name}=${deb.version}`);
  const foreign = unmetDependencies(simulated.said).filter((name) => !held.has(name));
  if (simulated.exitCode === 0 || foreign.length === 0) return { can: 'install' };
  return { can: 'unpack', because: `it depends on ${foreign.join(', ')}, which this repository does not hold` };
}

/** Installs, and asks dpkg which version is there now. */
export async function installDeb(root: AptRoot, { name, version }: WantedDeb): Promise<RunResult> {
  const installed = await root.apt('install', `${name}=${version}`);
  if (installed.exitCode !== 0) return installed;
  const admin = join(root.path, 'var/lib/dpkg');
  const asked = await root.run('dpkg-query', [`--admindir=${admin}`, '-W', '-f=${Status} ${Version}', name]);
  const isThere = asked.exitCode === 0 && asked.said.trim() === `install ok installed ${version}`;
  return { exitCode: isThere ? 0 : 1, said: `${installed.said}\ndpkg: ${name}: ${asked.said.trim()}` };
}

/** Unpacks the downloaded package beside the root's own files. */
export async function unpackDeb(root: AptRoot, because: string): Promise<RunResult> {
  const { exitCode, said } = await root.run('dpkg-deb', ['--extract', await downloaded(root), 'unpacked']);
  return { exitCode, said: `${said}\nunpacked, not installed: ${because}` };
}

async function scriptsOf(root: AptRoot): Promise<readonly string[]> {
  const folder = join(root.path, 'tmp/control');
  await mkdir(folder, { recursive: true });
  await root.run('dpkg-deb', ['--control', await downloaded(root), folder]);
  const files = await readdir(folder);
  return SCRIPTS.filter((script) => files.includes(script));
}

async function downloaded(root: AptRoot): Promise<string> {
  const names = await readdir(join(root.path, 'tmp'));
  return names.find((name) => name.endsWith('.deb')) ?? 'nothing-downloaded.deb';
}

/** Names of ` hello : Depends: default-jre (>= 2:1.11) but it is not installable`, and of the lines that continue it. */
function unmetDependencies(said: string): readonly string[] {
  const unmet = /(?:^ \S+ : | {2,})(?:Pre)?Depends: (\S+)/gm;
  return [...new Set([...said.matchAll(unmet)].map(([, name = '']) => name.replace(/:.*$/, '')))];
}

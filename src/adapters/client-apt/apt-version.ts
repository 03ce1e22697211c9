import { tmpdir } from 'node:os';
import { runBounded } from './run-bounded.ts';

/** From here on apt reads a key inside a `.sources` file (apt 2.3.10, in Debian 12 and Ubuntu 22.04). */
const APT_MIN = [2, 4] as const;

const LOOK_MS = 10_000;

export type FoundApt =
  | { readonly version: string; readonly arch: string }
  /** One line for people: why real apt cannot run here. */
  | { readonly because: string };

/** Looks for apt-get and dpkg. */
export async function findApt(): Promise<FoundApt> {
  const said = await ask('apt-get', ['--version']);
  if (said === undefined) return { because: 'apt-get is not installed' };
  const version = /^apt (\S+)/.exec(said)?.[1];
  if (version === undefined) return { because: `apt-get does not say its version: ${said.split('\n')[0] ?? ''}` };
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < APT_MIN[0] || (major === APT_MIN[0] && minor < APT_MIN[1]))
    return { because: `apt ${version} is too old: a key inside a .sources file needs ${APT_MIN.join('.')}` };
  const arch = (await ask('dpkg', ['--print-architecture']))?.trim();
  if (arch === undefined || arch === '') return { because: 'dpkg is not installed' };
  if ((await ask('gpgv', ['--version'])) === undefined && (await ask('sqv', ['--version'])) === undefined)
    return { because: 'apt can check no signature here: neither gpgv nor sqv is installed' };
  return { version, arch };
}

async function ask(program: string, args: readonly string[]): Promise<string | undefined> {
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' };
  const run = { env, cwd: tmpdir(), timeoutMs: LOOK_MS, signal: new AbortController().signal };
  try {
    const { exitCode, said } = await runBounded(program, args, run);
    return exitCode === 0 ? said : undefined;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined; // not installed: that is the answer
    throw cause;
  }
}

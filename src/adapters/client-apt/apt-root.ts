import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placeClientFile } from './place-client-file.ts';
import { type RunResult, runBounded } from './run-bounded.ts';

/** A client file as users get it, and the keyring it names. */
export interface ClientFile {
  readonly fileName: string;
  readonly text: string;
  /** Binary keyring for files that name one by path; absent when the key is inside. */
  readonly keyring?: Buffer;
}

export interface AptRootOptions {
  /** `amd64`: of the machine that the root pretends to be. */
  readonly arch: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const FOLDERS = [
  'etc/apt/apt.conf.d',
  'etc/apt/preferences.d',
  'etc/apt/sources.list.d',
  'etc/apt/trusted.gpg.d',
  'etc/apt/keyrings',
  'var/lib/apt/lists/partial',
  'var/cache/apt/archives/partial',
  'var/log/apt',
  'var/lib/dpkg/info',
  'var/lib/dpkg/updates',
  'var/lib/dpkg/triggers',
  'tmp',
];

/** An empty machine for apt and dpkg in a temporary folder: nothing of this machine's package state is read or written. */
export class AptRoot {
  readonly path: string;
  readonly #options: AptRootOptions;

  private constructor(path: string, options: AptRootOptions) {
    this.path = path;
    this.#options = options;
  }

  static async create(source: ClientFile, options: AptRootOptions): Promise<AptRoot> {
    const root = new AptRoot(await mkdtemp(join(tmpdir(), 'slw-apt-')), options);
    try {
      for (const folder of FOLDERS) await mkdir(join(root.path, folder), { recursive: true });
      for (const file of ['status', 'available']) await writeFile(join(root.path, 'var/lib/dpkg', file), '');
      await writeFile(join(root.path, 'apt.conf'), configuration(root.path, options.arch));
      await root.#place(source);
      return root;
    } catch (cause) {
      await root.remove();
      throw cause;
    }
  }

  /** `apt-get update`, `install hello=1.0`, `download hello=1.0` (into `tmp`). */
  apt(...args: readonly string[]): Promise<RunResult> {
    return this.run('apt-get', args);
  }

  run(program: string, args: readonly string[]): Promise<RunResult> {
    return runBounded(program, args, {
      env: {
        PATH: `${process.env['PATH'] ?? '/usr/bin:/bin'}:/usr/sbin:/sbin`,
        HOME: this.path,
        LC_ALL: 'C',
        DEBIAN_FRONTEND: 'noninteractive',
        APT_CONFIG: join(this.path, 'apt.conf'),
      },
      cwd: join(this.path, 'tmp'),
      timeoutMs: this.#options.timeoutMs,
      signal: this.#options.signal,
    });
  }

  remove(): Promise<void> {
    return rm(this.path, { recursive: true, force: true });
  }

  async #place({ fileName, text, keyring }: ClientFile): Promise<void> {
    const keyringPath = join(this.path, 'etc/apt/keyrings/source.gpg');
    if (keyring) await writeFile(keyringPath, keyring);
    await writeFile(join(this.path, 'etc/apt/sources.list.d', fileName), placeClientFile(text, keyringPath));
  }
}

/**
 * Each line keeps something of this machine out, or a failure from being passed over: without `Error-Mode any` an index that
 * could not be read still ends with 0, and a retry would hide a window.
 */
const configuration = (root: string, arch: string): string => `Dir "${root}";
Dir::State "${root}/var/lib/apt";
Dir::State::status "${root}/var/lib/dpkg/status";
Dir::State::extended_states "${root}/var/lib/apt/extended_states";
Dir::Cache "${root}/var/cache/apt";
Dir::Etc "${root}/etc/apt";
Dir::Log "${root}/var/log/apt";
APT::Architecture "${arch}";
APT::Architectures { "${arch}"; };
APT::Sandbox::User "root";
APT::Get::Assume-Yes "true";
APT::Install-Recommends "false";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Retries "0";
Acquire::http::Proxy "DIRECT";
Acquire::https::Proxy "DIRECT";
Acquire::http::Timeout "10";
Acquire::Check-Valid-Until "true";
DPkg::Options { "--root=${root}"; "--log=${root}/var/log/dpkg.log"; "--force-not-root"; "--force-architecture"; };
DPkg::Use-Pty "false";
DPkg::Lock::Timeout "0";
quiet "1";
`;

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { generateReleaseKey } from '../../src/adapters/signer-openpgp/generate-release-key.ts';
import { toInstant } from '../../src/kernel/instant.ts';
import { PROGRAM } from './program.ts';

export interface Finished {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The person the tests run as: what the journal records. */
export const ME = userInfo().username;

let sharedKey: Promise<string> | undefined;

/** A folder with a config, a program and a key, in which the command line is used as a person or a script uses it. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), 'slipway-cli-'));
  readonly #running: RunningCommand[] = [];

  /** @param config text of slipway.yaml; without one the folder is empty. */
  static async create(config?: string): Promise<Project> {
    const project = new Project();
    if (config === undefined) return project;
    sharedKey ??= generateReleaseKey({ project: 'test', now: toInstant(Date.now() - 60_000) }).then(
      (key) => key.privateKey,
    );
    mkdirSync(join(project.folder, 'build'));
    project.write('build/hello', '#!/bin/sh\necho hello\n');
    project.write('release-key.asc', await sharedKey);
    project.write('slipway.yaml', config);
    return project;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, text: string): void {
    writeFileSync(this.path(name), text, { mode: name.endsWith('.asc') ? 0o600 : 0o755 });
  }

  async run(...args: readonly string[]): Promise<Finished> {
    return await this.start(args).ended();
  }

  /** With `--output json`: what stands on standard output must be one JSON document and nothing else. */
  async json(...args: readonly string[]): Promise<Finished & { readonly document: Record<string, unknown> }> {
    const finished = await this.run(...args, '--output', 'json');
    return { ...finished, document: JSON.parse(finished.stdout) as Record<string, unknown> };
  }

  /** Supervisors and their commands outlive the conductor: that is what they are for. Each names a path of this folder. */
  #endAttempts(): void {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        if (readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(`${this.folder}/.slipway/attempts/`))
          process.kill(Number(pid), 'SIGKILL');
      } catch {
        // it has ended meanwhile
      }
    }
  }

  start(
    args: readonly string[],
    { env = {}, cwd = this.folder }: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
  ): RunningCommand {
    const running = this.#spawn(process.execPath, [PROGRAM, ...args], cwd, env);
    running.type(undefined);
    return running;
  }

  #spawn(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): RunningCommand {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(SLIPWAY_|NO_COLOR|FORCE_COLOR|SOURCE_DATE)/.test(name),
    );
    const child = spawn(program, args, { cwd, env: { ...Object.fromEntries(inherited), ...env } });
    const running = new RunningCommand(child);
    this.#running.push(running);
    return running;
  }

  /** The same on a terminal of that size, by `script` of util-linux: what stands on it is `stdout`; type with `type`. */
  onTerminal(args: readonly string[], { columns = 80, height = 24, env = {} } = {}): RunningCommand {
    const words = [process.execPath, PROGRAM, ...args].map((word) => `'${word}'`).join(' ');
    const command = `stty cols ${columns} rows ${height}; exec ${words}`;
    return this.#spawn('script', ['-qec', command, '/dev/null'], this.folder, { TERM: 'xterm-256color', ...env });
  }

  /** Every file below a folder of the project with its size, time and bytes: equal before and after what writes nothing. */
  tree(folder = '.'): readonly string[] {
    const root = this.path(folder);
    const rows: string[] = [];
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      // The write-ahead log comes and goes with every connection; what it holds is compared by the journal's export.
      if (/journal\.db(-wal|-shm)?$/.test(path)) continue;
      const bytes = entry.isSymbolicLink()
        ? readlinkSync(path)
        : entry.isFile()
          ? readFileSync(path).toString('base64')
          : '';
      rows.push(`${relative(root, path)} ${entry.isFile() ? statSync(path).mtimeMs : ''} ${bytes}`);
    }
    return rows.sort();
  }

  /** Ends what still runs, by its pid, and removes the folder. */
  async remove(): Promise<void> {
    for (const running of this.#running) await running.end('SIGKILL');
    this.#endAttempts();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

export class RunningCommand {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #closed: Promise<unknown>;
  stdout = '';
  stderr = '';

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    this.#closed = once(child, 'close');
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Letters for its standard input; undefined closes it. */
  type(letters: string | undefined): void {
    if (letters === undefined) this.#child.stdin.end();
    else this.#child.stdin.write(letters);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async ended(): Promise<Finished> {
    await this.#closed;
    return { exit: this.#child.exitCode, stdout: this.stdout, stderr: this.stderr };
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill(signal);
    await this.#closed;
  }
}

/** Looks again until it holds. @throws after 20 s, saying what was waited for. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await pause(20);
  }
}

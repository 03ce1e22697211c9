import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));

/** A test's helper script, bundled once so that any Node runs it as a real process of its own. */
export class ChildScript {
  readonly #dir: string;
  readonly #children: ChildProcess[] = [];

  /** `source`: a TypeScript file below `test/support/`. */
  constructor(source: string) {
    this.#dir = mkdtempSync(join(CACHE, 'child-'));
    buildSync({
      entryPoints: [fileURLToPath(new URL(source, import.meta.url))],
      outfile: join(this.#dir, 'child.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20.19',
      external: ['libsql'],
      logLevel: 'warning',
      banner: { js: "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);" },
    });
  }

  /** For who starts it in another way. */
  get path(): string {
    return join(this.#dir, 'child.mjs');
  }

  start(...args: string[]): RunningChild {
    const child = fork(this.path, args, {
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#children.push(child);
    return new RunningChild(child);
  }

  /** Ends what still runs, by its own pid, and removes the bundle. */
  async remove(): Promise<void> {
    for (const child of this.#children) await new RunningChild(child).end('SIGKILL');
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

export class RunningChild {
  readonly #child: ChildProcess;
  readonly #messages: unknown[] = [];
  #received: (() => void) | undefined;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (message) => {
      this.#messages.push(message);
      this.#received?.();
    });
    child.on('exit', () => this.#received?.());
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The next message of the child. @throws when it ends without one. */
  async next<Message>(): Promise<Message> {
    while (this.#messages.length === 0) {
      if (this.#hasEnded) throw new Error(`the child ended with ${this.#child.exitCode ?? this.#child.signalCode}`);
      await new Promise<void>((resolve) => {
        this.#received = resolve;
      });
    }
    return this.#messages.shift() as Message;
  }

  tell(message: string): void {
    this.#child.send(message);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Sends the signal and waits until the process is gone. */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.#hasEnded) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exited;
  }

  async ended(): Promise<void> {
    if (!this.#hasEnded) await once(this.#child, 'exit');
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}

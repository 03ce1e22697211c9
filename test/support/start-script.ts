import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** A TypeScript file run as processes of their own, for tests where two processes must really be two. */
export class Script {
  readonly #folder: string;
  readonly #started: ChildProcess[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param source its URL, as `new URL('./scripts/x.ts', import.meta.url)`. */
  static async of(source: URL): Promise<Script> {
    const folder = await mkdtemp(join(tmpdir(), 'slipway-script-'));
    await build({
      entryPoints: [fileURLToPath(source)],
      outfile: join(folder, 'script.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'warning',
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    });
    return new Script(folder);
  }

  /** Resolves when the script has sent its first message. */
  async start(...args: readonly string[]): Promise<ChildProcess> {
    const child = fork(join(this.#folder, 'script.mjs'), args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#started.push(child);
    await once(child, 'message');
    return child;
  }

  async close(): Promise<void> {
    for (const child of this.#started) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await rm(this.#folder, { recursive: true, force: true });
  }
}

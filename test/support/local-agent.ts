import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskArtifactStore } from '../../src/adapters/artifacts-disk/disk-artifact-store.ts';
import { DiskTreeStore } from '../../src/adapters/artifacts-disk/disk-tree-store.ts';
import { ENDING_POLICY, type EndingPolicy } from '../../src/adapters/executor-local/ending-policy.ts';
import { LocalExecutor } from '../../src/adapters/executor-local/local-executor.ts';
import type { AttemptSpec } from '../../src/domain/run/attempt.ts';
import type { AttemptName } from '../../src/kernel/ids.ts';
import { type ExecutorUnderTest, SHELL_SCRIPTS } from '../contracts/executor.ts';
import { MapSecrets } from './map-secrets.ts';
import { PROGRAM } from './program.ts';

/** Ten seconds of grace are for people; a test has a second. */
export const QUICK_POLICY: EndingPolicy = { ...ENDING_POLICY, termGraceMs: 700, drainMs: 300 };

/** The agent `local` in a temporary folder, its supervisors run from the bundle. Whatever still runs is ended by `close`. */
export class LocalAgent implements ExecutorUnderTest {
  readonly root: string;
  readonly attempts: string;
  readonly store: DiskArtifactStore;
  readonly trees: DiskTreeStore;
  readonly secrets = new MapSecrets({});
  readonly scripts = SHELL_SCRIPTS;
  readonly executor: LocalExecutor;
  readonly #started = new Set<AttemptName>();

  private constructor(root: string, attempts: string, store: DiskArtifactStore) {
    this.root = root;
    this.attempts = attempts;
    this.store = store;
    this.trees = new DiskTreeStore(store);
    this.executor = this.again();
  }

  /** @param attempts another place for the attempts: a small disk. */
  static async make(attempts?: string): Promise<LocalAgent> {
    const root = await mkdtemp(join(tmpdir(), 'slipway-agent-'));
    const store = await DiskArtifactStore.open(join(root, 'artifacts'));
    return new LocalAgent(root, attempts ?? join(root, 'attempts'), store);
  }

  again(program: readonly [string, ...string[]] = [process.execPath, PROGRAM, 'supervise']): LocalExecutor {
    const executor = new LocalExecutor({
      root: this.attempts,
      program,
      store: this.store,
      trees: this.trees,
      secrets: this.secrets,
      machinePath: process.env['PATH'] ?? '',
      policy: QUICK_POLICY,
    });
    const start = executor.start.bind(executor);
    executor.start = (spec: AttemptSpec) => {
      this.#started.add(spec.name);
      return start(spec);
    };
    return executor;
  }

  folderOf = (name: AttemptName): string => join(this.attempts, name);

  async writeIntoWork(name: AttemptName, path: string): Promise<void> {
    await writeFile(join(this.folderOf(name), 'work', path), '');
  }

  /** For an attempt that another process started. */
  adopt(name: AttemptName): void {
    this.#started.add(name);
  }

  async close(): Promise<void> {
    for (const name of this.#started) await this.executor.stop(name, 'the test is over');
    await rm(this.root, { recursive: true, force: true });
  }
}

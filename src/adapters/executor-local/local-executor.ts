import { randomUUID } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AttemptSpec, Collected } from '../../domain/run/attempt.ts';
import type { AttemptName } from '../../kernel/ids.ts';
import { canonicalJson, type JsonValue } from '../../kernel/json.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import type { Executor, LogLine, Sighting } from '../../ports/executor.ts';
import { AttemptDiffersError, AttemptRunningError } from '../../ports/executor-error.ts';
import type { SecretReader } from '../../ports/secret-reader.ts';
import type { TreeStore } from '../../ports/tree-store.ts';
import { makeFolder } from '../../system/make-folder.ts';
import { LocalAgentUnsupportedError } from './agent-error.ts';
import { type AttemptPaths, attemptPaths } from './attempt-paths.ts';
import { claimRecord, exitRecord, readRecord, readText } from './attempt-records.ts';
import { collectOutputs } from './collect-outputs.ts';
import { createFile } from './durable-file.ts';
import { ENDING_POLICY, type EndingPolicy } from './ending-policy.ts';
import { launchSupervisor } from './launch-supervisor.ts';
import { prepareWork } from './prepare-work.ts';
import { isAlive } from './process-identity.ts';
import { readLog } from './read-log.ts';
import { removeFolder } from './remove-work.ts';
import { stepPath } from './step-environment.ts';
import { type StepSecrets, secretPatterns, valuesHoldSecret } from './step-secrets.ts';
import { stopAttempt } from './stop-attempt.ts';
import { translateDiskError } from './system-error.ts';

const POLL_MS = 50;
const PREPARED = 'work-';

export interface LocalExecutorOptions {
  /** `<state>/attempts`; made when it is not there. */
  readonly root: string;
  /** The command line to which the attempt's folder is added: `[node, slipway.js, 'supervise']`. */
  readonly program: readonly [string, ...string[]];
  readonly store: ArtifactStore;
  readonly trees: TreeStore;
  readonly secrets: SecretReader;
  /** PATH of this machine. */
  readonly machinePath: string;
  readonly policy?: EndingPolicy;
}

/**
 * Runs attempts on this machine, each under a supervisor process of its own (architecture.md 5). Everything it knows lies in
 * the attempt's folder and in /proc: any number of executors in any processes may look at the same attempts.
 */
export class LocalExecutor implements Executor {
  readonly kind = 'local';
  readonly #options: LocalExecutorOptions;
  readonly #policy: EndingPolicy;

  constructor(options: LocalExecutorOptions) {
    this.#options = options;
    this.#policy = options.policy ?? ENDING_POLICY;
  }

  async start(spec: AttemptSpec): Promise<void> {
    if (!existsSync('/proc/self/environ')) throw new LocalAgentUnsupportedError();
    const paths = await this.#makeFolder(spec);
    if (existsSync(paths.claim)) return;
    // Each launch has a folder of its own: one that a crash left half-filled is never run, and never in the way.
    const prepared = `${PREPARED}${randomUUID()}`;
    try {
      await prepareWork(spec, this.#options.trees, join(paths.folder, prepared));
      const launch = {
        prepared,
        path: stepPath(this.#options.machinePath),
        policy: this.#policy,
        secrets: await this.#secretsOf(spec),
      };
      const answer = await launchSupervisor(spec.name, paths, this.#options.program, launch);
      if (answer === 'begun') return; // the folder is the supervisor's now
    } catch (error) {
      await removeFolder(join(paths.folder, prepared));
      throw error;
    }
    await removeFolder(join(paths.folder, prepared));
  }

  async lookup(name: AttemptName): Promise<Sighting> {
    const paths = this.#pathsOf(name);
    const ended = await sightExit(paths);
    if (ended !== undefined) return ended;
    const claim = await readRecord(paths.claim, claimRecord);
    if (claim === undefined) return { state: 'absent' };
    if (isAlive(claim)) return { state: 'running', startedAt: claim.startedAt };
    // It may have written its exit and ended since we looked.
    return (await sightExit(paths)) ?? { state: 'gone' };
  }

  async wait(name: AttemptName, signal: AbortSignal): Promise<Extract<Sighting, { state: 'exited' | 'gone' }>> {
    for (;;) {
      signal.throwIfAborted();
      const sighting = await this.lookup(name);
      if (sighting.state === 'exited' || sighting.state === 'gone') return sighting;
      if (sighting.state === 'absent') return { state: 'gone' };
      await sleep(POLL_MS, undefined, { signal }).catch(() => undefined); // aborted: thrown above, with its own reason
    }
  }

  async stop(name: AttemptName, reason: string): Promise<void> {
    await stopAttempt(name, this.#pathsOf(name), reason, this.#policy);
  }

  logs(
    name: AttemptName,
    options: { from?: number; lastBytes?: number; follow?: boolean; signal: AbortSignal },
  ): AsyncIterable<LogLine> {
    return readLog(this.#pathsOf(name).log, {
      from: options.from ?? 0,
      lastBytes: options.lastBytes ?? Number.POSITIVE_INFINITY,
      follow: options.follow ?? false,
      signal: options.signal,
      hasEnded: async () => (await this.lookup(name)).state !== 'running',
    });
  }

  async collect(spec: AttemptSpec): Promise<Collected> {
    const paths = this.#pathsOf(spec.name);
    if ((await this.lookup(spec.name)).state === 'running') throw new AttemptRunningError(spec.name);
    const record = await readRecord(paths.exit, exitRecord);
    const holdSecret =
      record?.valuesHoldSecret ??
      // Its supervisor is lost and could not look; a person has said that the work is done.
      valuesHoldSecret(paths.work, secretPatterns(await this.#secretsOf(spec)).patterns);
    return collectOutputs(spec, paths.work, this.#options.store, holdSecret);
  }

  async cleanUp(name: AttemptName): Promise<void> {
    const paths = this.#pathsOf(name);
    if ((await this.lookup(name)).state === 'running') throw new AttemptRunningError(name);
    if (!existsSync(paths.folder)) return;
    await removeFolder(paths.work);
    await removePrepared(paths.folder);
  }

  #pathsOf(name: AttemptName): AttemptPaths {
    const { root } = this.#options;
    // One spelling for all, whatever links lead there: it is part of what tells an attempt's processes from others.
    return attemptPaths(existsSync(root) ? realpathSync(root) : root, name);
  }

  /** The folder with its spec: made once, and the same ever after. */
  async #makeFolder(spec: AttemptSpec): Promise<AttemptPaths> {
    const { root } = this.#options;
    const text = canonicalJson(spec as unknown as JsonValue);
    // On disk for good before anything begins: a power cut must not make it look as if nothing had.
    await this.#makeForGood(root);
    const paths = this.#pathsOf(spec.name);
    await this.#makeForGood(paths.folder);
    try {
      if (createFile(paths.spec, text)) return paths;
    } catch (error) {
      throw translateDiskError(error, paths.folder);
    }
    if ((await readText(paths.spec)) !== text) throw new AttemptDiffersError(spec.name, paths.folder);
    return paths;
  }

  async #makeForGood(folder: string): Promise<void> {
    try {
      await makeFolder(folder, 0o700);
    } catch (error) {
      throw translateDiskError(error, folder);
    }
  }

  async #secretsOf(spec: AttemptSpec): Promise<StepSecrets> {
    const secrets: Record<string, Record<string, string>> = {};
    for (const { name, secretEnv } of spec.containers) {
      const values: Record<string, string> = {};
      for (const [variable, reference] of Object.entries(secretEnv)) {
        values[variable] = await this.#options.secrets.read(reference);
      }
      secrets[name] = values;
    }
    return secrets;
  }
}

async function sightExit(paths: AttemptPaths): Promise<Extract<Sighting, { state: 'exited' }> | undefined> {
  const record = await readRecord(paths.exit, exitRecord);
  return record && { state: 'exited', exit: record.exit, startedAt: record.startedAt, endedAt: record.endedAt };
}

/** What launches left that crashed or did not get the attempt. */
async function removePrepared(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(PREPARED)) await removeFolder(join(folder, name));
  }
}

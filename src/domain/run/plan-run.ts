import type { StepId } from '../../kernel/ids.ts';
import type { PackageConfig, ResolvedConfig, StepConfig } from '../config/resolved-config.ts';
import { isSecretReference } from '../config/secret-reference.ts';
import { templatePaths } from '../template/parse-template.ts';
import type { ContainerSpec } from './attempt.ts';
import type {
  BuildStep,
  FetchStep,
  PlannedInputs,
  PlannedRun,
  PlannedStep,
  RunPlan,
  ScriptStep,
  TakeStep,
} from './run-plan.ts';
import { StepCycleError, StepUnfitError } from './run-plan-error.ts';

type OwnStep = Extract<StepConfig, { uses: 'run' }>;
type ScriptConfig = OwnStep | Extract<PackageConfig, { kind: 'run' }>;

/** A source's step. Names hold no `:`, so it never meets a package's. */
export const fetchStepId = (source: string): StepId => `fetch:${source}` as StepId;

/**
 * The graph of a line's steps: one that fetches each source in use, one per package (also those that only others take in),
 * one per step of the config's own. Everything a conductor needs is in it.
 * @throws {StepCycleError}
 * @throws {StepUnfitError}
 */
export function planRun(plan: RunPlan): PlannedRun {
  const { config, release, line, version, channel, revision, plannedAt, baseDir, epoch, environment } = plan;
  const lineConfig = config.lines[line];
  if (lineConfig === undefined) throw new StepUnfitError(`There is no line ${line}.`, 'Name a line of the config.');
  const graph = new Graph(config, lineConfig.packages);
  for (const name of lineConfig.packages) graph.add(name as StepId);
  for (const step of lineConfig.steps) if (step.uses === 'run') graph.addOwn(step);
  return {
    release,
    project: config.project,
    line,
    version,
    channel,
    revision,
    plannedAt,
    baseDir,
    epoch,
    vars: config.vars,
    environment,
    packages: lineConfig.packages as readonly StepId[],
    steps: graph.steps,
  };
}

/** Steps in an order in which each comes after what it needs. */
class Graph {
  readonly steps: PlannedStep[] = [];
  readonly #config: ResolvedConfig;
  readonly #linePackages: ReadonlySet<string>;
  readonly #path: StepId[] = [];

  constructor(config: ResolvedConfig, linePackages: readonly string[]) {
    this.#config = config;
    this.#linePackages = new Set(linePackages);
  }

  add(id: StepId): void {
    if (this.steps.some((step) => step.id === id)) return;
    const from = this.#path.indexOf(id);
    if (from >= 0) throw new StepCycleError([...this.#path.slice(from), id]);
    this.#push(this.#plan(id));
  }

  addOwn(config: OwnStep): void {
    this.#push(this.#script(config.id as StepId, config, 'files'));
  }

  #push(step: PlannedStep): void {
    this.#path.push(step.id);
    for (const needed of step.needs) this.add(needed);
    this.#path.pop();
    this.steps.push(step);
  }

  #plan(id: StepId): PlannedStep {
    const source = id.startsWith('fetch:') ? id.slice('fetch:'.length) : undefined;
    if (source !== undefined) return this.#fetch(id, source);
    const config = this.#config.packages[id];
    if (config === undefined) throw new StepUnfitError(`There is no package ${id}.`, 'Name a package of the config.');
    switch (config.kind) {
      case 'from':
        return this.#take(id, config.from);
      case 'uses':
        return this.#build(id, config);
      case 'run':
        return this.#script(id, config, 'packages');
    }
  }

  #fetch(id: StepId, source: string): FetchStep {
    const from = this.#config.sources[source];
    if (from === undefined) throw new StepUnfitError(`There is no source ${source}.`, 'Name a source of the config.');
    return { id, kind: 'fetch', source, from, needs: this.#namedInTemplates(id, from) };
  }

  #take(id: StepId, source: string): TakeStep {
    const provider = fetchStepId(source);
    return { id, kind: 'take', inputs: { [source]: provider }, needs: [provider] };
  }

  #build(id: StepId, config: Extract<PackageConfig, { kind: 'uses' }>): BuildStep {
    const inputs = this.#inputs(id, config.inputs);
    const { uses: format, with: options, timeoutMs } = config;
    return { id, kind: 'build', format, options, inputs, timeoutMs, needs: this.#needs(id, inputs, options) };
  }

  #script(id: StepId, config: ScriptConfig, makes: ScriptStep['makes']): ScriptStep {
    const inputs = this.#inputs(id, config.inputs);
    const shell = this.#shell(id, config.agent);
    const containers = config.containers.map(({ name, run, env }) => ({
      name,
      run,
      shell,
      ...splitEnv({ ...config.env, ...env }),
    }));
    return {
      id,
      kind: 'script',
      makes,
      inputs,
      containers,
      ...(config.dir === undefined ? {} : { dir: config.dir }),
      outputs: config.outputs,
      timeoutMs: config.timeoutMs,
      idempotent: config.idempotent,
      retry: { attempts: config.retryAttempts, delayMs: config.retryDelayMs, maxDelayMs: config.retryMaxDelayMs },
      needs: this.#needs(
        id,
        inputs,
        containers.map(({ env }) => env),
      ),
    };
  }

  #shell(id: StepId, name: string): 'sh' | 'bash' {
    const agent = this.#config.agents[name];
    if (agent === undefined)
      throw new StepUnfitError(`Step ${id} names an unknown agent ${name}.`, 'Name an agent of the config, or local.');
    const { shell, cluster } = agent;
    if (cluster !== undefined || shell === 'powershell' || shell === 'cmd') {
      throw new StepUnfitError(
        `Step ${id} needs agent ${name} (${cluster === undefined ? shell : `cluster ${cluster}`}), which this Slipway cannot run yet.`,
        'Let it run on the agent "local", with sh or bash.',
      );
    }
    return shell;
  }

  /** A name that is both is the package: it is that source, unchanged. */
  #inputs(id: StepId, names: readonly string[]): PlannedInputs {
    return Object.fromEntries(
      names.map((name) => {
        if (this.#config.packages[name] !== undefined) return [name, name as StepId];
        if (this.#config.sources[name] !== undefined) return [name, fetchStepId(name)];
        throw new StepUnfitError(
          `Step ${id} names an unknown input ${name}.`,
          'Name a source or a package of the config.',
        );
      }),
    );
  }

  #needs(id: StepId, inputs: PlannedInputs, templated: unknown): readonly StepId[] {
    return [...new Set([...Object.values(inputs), ...this.#namedInTemplates(id, templated)])];
  }

  /**
   * A value of another package has to exist before it is filled in, or what the step does would depend on who was faster.
   * Steps of the config's own are no such need: the line's list of steps says when they run.
   */
  #namedInTemplates(id: StepId, templated: unknown): readonly StepId[] {
    return templatePaths(templated)
      .map((path) => path.split('.'))
      .filter(
        ([head, name = '']) => (head === 'packages' || head === 'steps') && this.#linePackages.has(name) && name !== id,
      )
      .map(([, name]) => name as StepId);
  }
}

/** Told apart before templates are filled, so that no value can become a reference to a secret. */
function splitEnv(env: Readonly<Record<string, string>>): Pick<ContainerSpec, 'env' | 'secretEnv'> {
  const rows = Object.entries(env);
  return {
    env: Object.fromEntries(rows.filter(([, value]) => !isSecretReference(value))),
    secretEnv: Object.fromEntries(rows.filter(([, value]) => isSecretReference(value))) as ContainerSpec['secretEnv'],
  };
}

import { mapValues } from './map-values.ts';
import type {
  AgentDocument,
  ConfigDocument,
  LineDocument,
  PackageDocument,
  RepositoryDocument,
  StepDocument,
} from './schema/config-schema.ts';

type Retry = AgentDocument['retry'];
export type Undo = 'pointer' | 'yank' | 'none';

export type DerivedAgent = AgentDocument & { shell: NonNullable<AgentDocument['shell']>; startTimeout: string };
export type DerivedPackage = PackageDocument & { timeout: string; retry: Retry };
export type DerivedRepository = RepositoryDocument & { undo: Undo };
export type DerivedLine = LineDocument & { packages: string[]; steps: StepDocument[] };

/** The file with all defaults, also those that depend on other keys. Still in the words of the file. */
export interface DerivedConfig
  extends Omit<ConfigDocument, 'agents' | 'packages' | 'repositories' | 'lines' | 'steps'> {
  agents: Record<string, DerivedAgent>;
  packages: Record<string, DerivedPackage>;
  repositories: Record<string, DerivedRepository>;
  lines: Record<string, DerivedLine>;
  steps: StepDocument[] | undefined;
}

export function deriveDefaults(document: ConfigDocument): DerivedConfig {
  const agents = mapValues({ local: LOCAL, ...document.agents }, deriveAgent);
  const packages = mapValues(document.packages, (item) => derivePackage(document, agents, item));
  const repositories = mapValues(document.repositories, (item) => deriveRepository(document, item));
  const withOwner = { ...document, agents, packages, repositories };
  const lines = mapValues(document.lines, (line) => ({
    ...line,
    packages: line.packages ?? Object.keys(document.packages),
    steps: (line.steps ?? document.steps ?? usualSteps(document, line)).map((step) =>
      deriveStep(withOwner, line, step),
    ),
  }));
  return { ...withOwner, lines, steps: document.steps };
}

const LOCAL: AgentDocument = {
  os: 'linux',
  timeout: '30m',
  retry: { attempts: 3, delay: '30s', maxDelay: '5m' },
};

function deriveAgent(agent: AgentDocument): DerivedAgent {
  const windows = agent.os === 'windows';
  return {
    ...agent,
    shell: agent.shell ?? (windows ? 'powershell' : 'sh'),
    startTimeout: agent.startTimeout ?? (windows ? '40m' : '20m'),
  };
}

function derivePackage(
  document: ConfigDocument,
  agents: Readonly<Record<string, DerivedAgent>>,
  item: PackageDocument,
): DerivedPackage {
  const agent = agents[item.agent] ?? deriveAgent(LOCAL);
  const derived = { ...item, timeout: item.timeout ?? agent.timeout, retry: item.retry ?? agent.retry };
  if (derived.uses === undefined) return derived;
  const name = derived.with.name ?? document.project;
  const options = {
    ...derived.with,
    name,
    summary: derived.with.summary ?? name,
    maintainer: derived.with.maintainer ?? `${document.project} <noreply@localhost>`,
  };
  return { ...derived, with: options } as DerivedPackage;
}

const UNDO_BY_TYPE: Readonly<Record<RepositoryDocument['type'], Undo>> = {
  apt: 'pointer',
  rpm: 'pointer',
  files: 'pointer',
  command: 'yank',
  'git-tag': 'none',
};

function deriveRepository(document: ConfigDocument, item: RepositoryDocument): DerivedRepository {
  const undo = item.undo ?? UNDO_BY_TYPE[item.type];
  if (item.type === 'git-tag' || item.type === 'command') return { ...item, undo };
  const only = Object.keys(document.signing);
  const sign = item.sign ?? (only.length === 1 ? only[0] : undefined);
  if (item.type !== 'files') return { ...item, undo, sign };
  const onDisk = !document.origin.url.startsWith('s3:');
  return { ...item, undo, sign, latest: item.latest ?? (onDisk ? 'symlink' : 'redirect') };
}

/** What a release goes through when the file does not say. */
function usualSteps(document: ConfigDocument, line: LineDocument): StepDocument[] {
  const always = { continueOnError: false };
  return [
    { ...always, uses: 'build', with: {} },
    { ...always, uses: 'stage', with: { keep: '21d' } },
    { ...always, uses: 'verify', with: { view: 'staging' } },
    ...(line.gates.length > 0 ? [{ ...always, uses: 'approve' as const, with: {} }] : []),
    ...(Object.keys(document.mirrors).length > 0
      ? [{ ...always, uses: 'mirrors' as const, with: { carry: 0, timeout: '2h' } }]
      : []),
    { ...always, uses: 'promote', with: { deadline: '45m', onFailure: 'undo' } },
    { ...always, uses: 'verify', with: { view: 'live' } },
  ];
}

const TYPE_ORDER: readonly RepositoryDocument['type'][] = ['files', 'apt', 'rpm', 'command', 'git-tag'];

function deriveStep(
  document: { channels: ConfigDocument['channels']; repositories: Readonly<Record<string, DerivedRepository>> },
  line: LineDocument,
  step: StepDocument,
): StepDocument {
  if (step.uses !== 'promote') return step;
  const inChannel = Object.keys(document.channels[line.channel] ?? {});
  const order =
    step.with.order?.filter((name) => inChannel.includes(name)) ?? usualOrder(document.repositories, inChannel);
  return { ...step, with: { ...step.with, order } };
}

/** Cheapest to undo first; what cannot be undone last; else as the channel lists them. */
function usualOrder(repositories: Readonly<Record<string, DerivedRepository>>, names: readonly string[]): string[] {
  const rank = (name: string): number => {
    const repository = repositories[name];
    if (repository === undefined) return TYPE_ORDER.length;
    return repository.undo === 'none' ? TYPE_ORDER.length : TYPE_ORDER.indexOf(repository.type);
  };
  return [...names].sort((a, b) => rank(a) - rank(b));
}

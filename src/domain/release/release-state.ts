import type { Instant } from '../../kernel/instant.ts';
import { toInstant } from '../../kernel/instant.ts';
import type { ResolvedConfig } from '../config/resolved-config.ts';
import type { Entry } from '../journal/entry.ts';
import type { EventOf } from '../journal/event-definition.ts';
import type { ListedPackage } from '../repository/generation.ts';
import type { GateWord } from './gate-state.ts';
import type { RELEASE_EVENTS } from './release-events.ts';
import type { ReleasePlan } from './release-plan.ts';
import type { Skip } from './skip.ts';

type ReleaseEvent = EventOf<typeof RELEASE_EVENTS>;
type DataOf<Type extends ReleaseEvent['type']> = Extract<ReleaseEvent, { type: Type }>['data'];

export interface GenerationRef {
  readonly number: number;
  readonly digest: string;
}

/** What identifies a sealed generation: its number, and the digest of its record. */
export const generationRef = ({ number, digest }: GenerationRef): GenerationRef => ({ number, digest });

/** Staged bytes: immutable, named by release and plan number. */
export interface Candidate {
  readonly plan: ReleasePlan;
  readonly digest: string;
  readonly generation: GenerationRef;
  readonly parent: GenerationRef | null;
  readonly packages: readonly ListedPackage[];
  readonly stagedAt: Instant;
  readonly keepUntil: Instant;
}

export type PlanContext = DataOf<'release.planned'>['context'];
export type Failure = DataOf<'release.failed'>;
export type ClientReport = DataOf<'release.verified'>;

export interface Promotion {
  readonly number: number;
  readonly after: GenerationRef;
  readonly undo: GenerationRef;
  readonly startedAt: Instant;
  readonly deadlineAt: Instant;
}

/** How far a release has come. `failed` and `partial` are beside this: see `failure`. */
export type Phase =
  | 'planned'
  | 'building'
  | 'staged'
  | 'verified'
  | 'approved'
  | 'promoting'
  | 'live'
  | 'settled'
  | 'undone'
  | 'abandoned';

export interface ReleaseState {
  readonly id: string;
  readonly seq: number;
  readonly phase: Phase;
  /** The last failure that nothing has overtaken; `partial`: the pointer was about to move, and nobody knows whether users see it. */
  readonly failure: (Failure & { readonly at: Instant; readonly partial: boolean }) | undefined;
  readonly plannedAt: Instant;
  /** Place of its first plan in the journal: the order of releases, whatever clocks do. */
  readonly position: number;
  /** The latest plan: the staged one once there is a candidate. */
  readonly plan: ReleasePlan;
  readonly digest: string;
  readonly config: ResolvedConfig;
  readonly context: PlanContext;
  readonly candidate: Candidate | undefined;
  readonly verified: (ClientReport & { readonly at: Instant }) | undefined;
  readonly provedLive: (ClientReport & { readonly at: Instant }) | undefined;
  readonly approvedDigest: string | undefined;
  readonly words: readonly GateWord[];
  /** Who planned, staged or resumed it. */
  readonly authors: ReadonlySet<string>;
  readonly promotions: number;
  readonly promotion: Promotion | undefined;
  readonly liveAt: Instant | undefined;
  readonly skewMs: number | undefined;
  readonly skipped: readonly Skip[];
  /** Users saw it and it was taken back: only `promote` shows it again. */
  readonly isUndone: boolean;
  readonly stepsDone: ReadonlySet<string>;
}

/** The state of one release, folded from its stream; undefined for an empty one. */
export function foldRelease(id: string, entries: readonly Entry[]): ReleaseState | undefined {
  let state: ReleaseState | undefined;
  for (const entry of entries) {
    const event = entry as unknown as ReleaseEvent;
    if (state === undefined) {
      if (event.type !== 'release.planned') continue;
      state = firstState(id, event.data, entry);
    } else state = { ...applyReleaseEvent(state, event, entry), seq: entry.seq };
  }
  return state;
}

function firstState(id: string, data: DataOf<'release.planned'>, entry: Entry): ReleaseState {
  return {
    id,
    seq: entry.seq,
    phase: 'planned',
    failure: undefined,
    plannedAt: entry.at,
    position: entry.position,
    plan: data.plan,
    digest: data.digest,
    config: data.config as unknown as ResolvedConfig,
    context: data.context,
    candidate: undefined,
    verified: undefined,
    provedLive: undefined,
    approvedDigest: undefined,
    words: [],
    authors: new Set([entry.by]),
    promotions: 0,
    promotion: undefined,
    liveAt: undefined,
    skewMs: undefined,
    skipped: [],
    isUndone: false,
    stepsDone: new Set(),
  };
}

function applyReleaseEvent(state: ReleaseState, event: ReleaseEvent, entry: Entry): ReleaseState {
  switch (event.type) {
    case 'release.planned':
      return replanned(state, event.data, entry);
    case 'release.building':
      return { ...state, phase: 'building', failure: undefined };
    case 'release.staged':
      return staged(state, event.data, entry);
    case 'release.rebased':
      return rebased(state, event.data);
    case 'release.verified':
      return { ...state, phase: 'verified', verified: { ...event.data, at: entry.at }, failure: undefined };
    case 'release.approved':
      return { ...state, phase: 'approved', approvedDigest: event.data.digest, failure: undefined };
    case 'release.promoting':
      return promoting(state, event.data, entry);
    case 'release.live':
      return { ...state, phase: 'live', liveAt: entry.at, skewMs: event.data.skewMs, failure: undefined };
    case 'release.proved-live':
      return { ...state, provedLive: { ...event.data, at: entry.at }, failure: undefined };
    case 'release.settled':
      return { ...state, phase: 'settled', failure: undefined };
    case 'release.failed':
      return stopped(state, event.data, entry);
    case 'release.partial':
      return { ...state, failure: { ...event.data, at: entry.at, partial: true } };
    case 'release.undone':
      return undone(state);
    case 'release.abandoned':
      return { ...state, phase: 'abandoned', failure: undefined };
    case 'release.resumed':
      return { ...state, failure: undefined, authors: new Set([...state.authors, entry.by]) };
    case 'release.skipped':
      return skipped(state, event.data, entry);
    case 'step.done':
      return { ...state, stepsDone: new Set([...state.stepsDone, event.data.step]), failure: undefined };
    case 'gate.approved':
    case 'gate.rejected':
      return withWord(state, {
        ...event.data,
        word: event.type === 'gate.approved' ? 'approved' : 'rejected',
        at: entry.at,
      });
    case 'gate.withdrawn':
      return withWord(state, { word: 'withdrawn', gate: event.data.gate, by: event.data.by, at: entry.at });
  }
}

function skipped(state: ReleaseState, data: DataOf<'release.skipped'>, entry: Entry): ReleaseState {
  const digest = state.candidate === undefined ? undefined : state.digest;
  return { ...state, skipped: [...state.skipped, { ...data, by: entry.by, at: entry.at, digest }] };
}

const withWord = (state: ReleaseState, word: GateWord): ReleaseState => ({ ...state, words: [...state.words, word] });

/** A new plan: what was staged under the old one is no candidate any more (its bytes stay until swept). */
function replanned(state: ReleaseState, data: DataOf<'release.planned'>, entry: Entry): ReleaseState {
  const config = data.config as unknown as ResolvedConfig;
  const authors = new Set([...state.authors, entry.by]);
  return {
    ...state,
    phase: 'planned',
    plan: data.plan,
    digest: data.digest,
    config,
    context: data.context,
    authors,
    candidate: undefined,
    verified: undefined,
    approvedDigest: undefined,
    failure: undefined,
    isUndone: false,
    // Its own steps are asked again: those that have nothing new to do say so at once.
    stepsDone: new Set(),
  };
}

function staged(state: ReleaseState, data: DataOf<'release.staged'>, entry: Entry): ReleaseState {
  const candidate: Candidate = {
    plan: data.plan,
    digest: data.digest,
    generation: data.generation,
    parent: data.parent,
    packages: data.packages as unknown as readonly ListedPackage[],
    stagedAt: entry.at,
    keepUntil: toInstant(data.keepUntil),
  };
  const authors = entry.by === 'schedule' ? state.authors : new Set([...state.authors, entry.by]);
  return {
    ...state,
    phase: 'staged',
    plan: data.plan,
    digest: data.digest,
    candidate,
    authors,
    verified: undefined,
    failure: undefined,
    skipped: state.skipped.map((row) => ({ ...row, digest: row.digest ?? data.digest })),
  };
}

/** The bytes are the same, their generation is new: what clients proved about the old one does not count. */
function rebased(state: ReleaseState, data: DataOf<'release.rebased'>): ReleaseState {
  if (state.candidate === undefined) return state;
  const candidate = { ...state.candidate, generation: data.generation, parent: data.parent };
  return { ...state, phase: 'staged', candidate, verified: undefined, promotion: undefined };
}

function promoting(state: ReleaseState, data: DataOf<'release.promoting'>, entry: Entry): ReleaseState {
  const promotion: Promotion = {
    number: data.promotion,
    after: data.after,
    undo: data.undo,
    startedAt: entry.at,
    deadlineAt: toInstant(data.deadlineAt),
  };
  return { ...state, phase: 'promoting', promotion, promotions: data.promotion, failure: undefined, isUndone: false };
}

/** `failed` means that users see nothing of it: a promotion that had begun is over, and the next one begins anew. */
function stopped(state: ReleaseState, data: Failure, entry: Entry): ReleaseState {
  const failure = { ...data, at: entry.at, partial: false };
  if (state.phase !== 'promoting') return { ...state, failure };
  return { ...state, failure, phase: phaseBeforePromotion(state), promotion: undefined };
}

function phaseBeforePromotion(state: ReleaseState): Phase {
  if (state.approvedDigest === state.digest) return 'approved';
  return state.verified === undefined ? 'staged' : 'verified';
}

/** Undone counts as open. Its bytes stay staged; approvals lapse, and it has to be proved again. */
function undone(state: ReleaseState): ReleaseState {
  return {
    ...state,
    phase: 'undone',
    failure: undefined,
    verified: undefined,
    provedLive: undefined,
    approvedDigest: undefined,
    promotion: undefined,
    liveAt: undefined,
    skewMs: undefined,
    isUndone: true,
    words: state.words.map((word) => ({ ...word, lapsed: true as const })),
    skipped: state.skipped.map((row) => ({ ...row, lapsed: true as const })),
  };
}

import type { Entry, NewEvent } from '../../../src/domain/journal/entry.ts';
import { newEvent } from '../../../src/domain/journal/event-definition.ts';
import { RELEASE_EVENTS } from '../../../src/domain/release/release-events.ts';
import { planDigest } from '../../../src/domain/release/release-plan.ts';
import { foldRelease, type ReleaseState } from '../../../src/domain/release/release-state.ts';
import { unbuiltPlan } from '../../../src/domain/release/unbuilt-plan.ts';
import { type Instant, toInstant } from '../../../src/kernel/instant.ts';
import { type HouseConfig, houseConfig } from './house-config.ts';

export const digestOf = (number: number): string => number.toString(16).padStart(64, '0');
export const generationOf = (number: number) => ({ number, digest: digestOf(number) });
export const T0: Instant = toInstant(Date.parse('2026-11-22T09:00:00Z'));

/** A release's history in a few words, folded. Each event is a second after the one before. */
export class History {
  readonly entries: Entry[] = [];
  readonly #config: HouseConfig;
  #by = 'alice';
  #at: Instant = T0;

  constructor(config: HouseConfig = {}) {
    this.#config = config;
    this.planned();
  }

  /** Who does what comes next. */
  by(login: string): this {
    this.#by = login;
    return this;
  }

  at(at: number): this {
    this.#at = toInstant(at);
    return this;
  }

  add(event: NewEvent): this {
    const seq = this.entries.length + 1;
    const entry = { ...event, stream: 'release/main-1.1', seq, position: seq, at: this.#at, by: this.#by, prev: '' };
    this.entries.push(entry as unknown as Entry);
    this.#at = toInstant(this.#at + 1000);
    return this;
  }

  planned(number = 1): this {
    const config = houseConfig(this.#config);
    const planned = { config, digest: digestOf(99), context: { baseDir: '/nowhere', epoch: {}, environment: {} } };
    const plan = unbuiltPlan(planned, { id: 'main-1.1', line: 'main', version: '1.1', revision: 1, number });
    const data = { plan, digest: planDigest(plan), config: config as never, context: planned.context, changed: [] };
    return this.add(newEvent(RELEASE_EVENTS, 'release.planned', data));
  }

  staged(number: number, { parent = null as number | null, keepMs = 21 * 86_400_000 } = {}): this {
    const { plan } = this.state;
    const next = { ...plan, number: plan.number + 1 };
    return this.add(
      newEvent(RELEASE_EVENTS, 'release.staged', {
        plan: next,
        digest: planDigest(next),
        generation: generationOf(number),
        parent: parent === null ? null : generationOf(parent),
        packages: [],
        keepUntil: this.#at + keepMs,
      }),
    );
  }

  verified(number: number): this {
    return this.add(
      newEvent(RELEASE_EVENTS, 'release.verified', { generation: generationOf(number), evidence: [], notRun: [] }),
    );
  }

  said(word: 'approved' | 'rejected', login: string, { gate = 'lead', digest = this.state.digest } = {}): this {
    const data = { gate, digest, by: login, proof: 'os-user' as const };
    return this.by(login)
      .add(newEvent(RELEASE_EVENTS, `gate.${word}`, data))
      .by('alice');
  }

  withdrawn(login: string, gate = 'lead'): this {
    return this.by(login)
      .add(newEvent(RELEASE_EVENTS, 'gate.withdrawn', { gate, by: login }))
      .by('alice');
  }

  approved(): this {
    return this.add(newEvent(RELEASE_EVENTS, 'release.approved', { digest: this.state.digest, gates: ['lead'] }));
  }

  promoting(promotion: number, after: number, undo: number): this {
    const ends = { after: generationOf(after), undo: generationOf(undo) };
    return this.add(
      newEvent(RELEASE_EVENTS, 'release.promoting', { promotion, ...ends, deadlineAt: this.#at + 3_600_000 }),
    );
  }

  live(promotion: number, number: number): this {
    const data = { promotion, generation: generationOf(number), skewMs: 0 };
    return this.add(newEvent(RELEASE_EVENTS, 'release.live', data));
  }

  undone(promotion: number, number: number): this {
    return this.add(newEvent(RELEASE_EVENTS, 'release.undone', { promotion, generation: generationOf(number) }));
  }

  failed(phase: 'build' | 'stage' | 'verify' | 'promote' | 'settle', isPartial = false): this {
    const data = { phase, class: 'SLIP_TEST', sentence: 'It broke.', remedy: 'Mend it.' };
    return this.add(newEvent(RELEASE_EVENTS, isPartial ? 'release.partial' : 'release.failed', data));
  }

  get state(): ReleaseState {
    const state = foldRelease('main-1.1', this.entries);
    if (state === undefined) throw new Error('no release');
    return state;
  }
}

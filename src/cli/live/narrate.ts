import type { Entry } from '../../domain/journal/entry.ts';
import type { EventOf } from '../../domain/journal/event-definition.ts';
import type { LINE_EVENTS } from '../../domain/release/line-events.ts';
import type { RELEASE_EVENTS } from '../../domain/release/release-events.ts';
import type { CHANNEL_EVENTS, TARGET_EVENTS } from '../../domain/repository/channel-events.ts';
import type { RUN_EVENTS } from '../../domain/run/run-events.ts';
import { formatDuration } from '../../kernel/format-duration.ts';

type AnyEvent = EventOf<
  typeof RELEASE_EVENTS & typeof RUN_EVENTS & typeof CHANNEL_EVENTS & typeof TARGET_EVENTS & typeof LINE_EVENTS
>;

const short = (digest: string): string => digest.slice(0, 12);
const names = (files: readonly { readonly fileName: string }[]): string =>
  files.map((file) => file.fileName).join(', ');

/** A fact as one plain line for somebody who watches; undefined for facts that say nothing new to a person. */
export function narrate(entry: Entry): string | undefined {
  const event = entry as unknown as AnyEvent;
  return narrateRelease(event) ?? narrateRun(event) ?? narratePointer(event);
}

function narrateRelease(event: AnyEvent): string | undefined {
  switch (event.type) {
    case 'release.planned':
      return `planned ${event.data.plan.version} (plan ${event.data.plan.number}, ${short(event.data.digest)})`;
    case 'release.staged':
      return `staged: generation ${event.data.generation.number} of ${event.data.plan.channel}, plan ${short(event.data.digest)}`;
    case 'release.rebased':
      return `rebased on generation ${event.data.parent?.number ?? 0}: now generation ${event.data.generation.number}`;
    case 'release.verified':
      return `verified: ${proofs(event.data)}`;
    case 'release.approved':
      return `approved${event.data.gates.length === 0 ? '' : ` (${event.data.gates.join(', ')})`}`;
    case 'release.promoting':
      return `promoting generation ${event.data.after.number}; generation ${event.data.undo.number} would undo it`;
    case 'release.live':
      return `live: users see generation ${event.data.generation.number}`;
    case 'release.proved-live':
      return `proved live: ${proofs(event.data)}`;
    case 'release.settled':
      return 'settled';
    case 'release.failed':
    case 'release.partial':
      return `${event.type === 'release.failed' ? 'failed' : 'PARTLY RELEASED'}: ${event.data.sentence} [${event.data.class}]`;
    case 'release.undone':
      return `undone: users see generation ${event.data.generation.number}`;
    case 'release.abandoned':
      return `abandoned: ${event.data.reason}`;
    case 'release.resumed':
      return event.data.reason === undefined ? undefined : `resumed: ${event.data.reason}`;
    case 'release.skipped':
      return `skipped ${event.data.what}: ${event.data.reason}`;
    default:
      return narrateGate(event);
  }
}

function narrateGate(event: AnyEvent): string | undefined {
  switch (event.type) {
    case 'gate.approved':
      return `${event.data.by} approved at gate ${event.data.gate}`;
    case 'gate.rejected':
      return `${event.data.by} rejected at gate ${event.data.gate}: ${event.data.reason ?? ''}`;
    case 'gate.withdrawn':
      return `${event.data.by} took their word back at gate ${event.data.gate}`;
    default:
      return undefined;
  }
}

function proofs(report: {
  readonly evidence: readonly { readonly client: string }[];
  readonly notRun: readonly { readonly client: string; readonly because: string }[];
}): string {
  const clients = [...new Set(report.evidence.map((row) => row.client))].join(', ');
  const missing = report.notRun.map((row) => `; not by ${row.client}: ${row.because}`).join('');
  return `${report.evidence.length} proofs by ${clients}${missing}`;
}

function narrateRun(event: AnyEvent): string | undefined {
  switch (event.type) {
    case 'step.started':
      return `${event.data.step}: started`;
    case 'attempt.exited':
      return event.data.exit.how === 'exit' && event.data.exit.code === 0
        ? undefined
        : `${event.data.step}: ${exitWords(event.data.exit)}`;
    case 'attempt.lost':
      return `${event.data.step}: attempt ${event.data.attempt} is lost`;
    case 'step.succeeded':
      return `${event.data.step}: done${event.data.files.length === 0 ? '' : `, ${names(event.data.files)}`}`;
    case 'step.failed':
      return `${event.data.step}: FAILED, ${event.data.sentence} [${event.data.class}]`;
    case 'step.undecided':
      return `${event.data.step}: ${event.data.sentence}`;
    case 'step.decided':
      return `${event.data.step}: decided ${event.data.decision === 'done' ? 'that it is done' : 'to run it again'}, ${event.data.reason}`;
    case 'step.outdated':
      return `${event.data.step}: its definition has changed, it is done again`;
    case 'step.bytes-missing':
      return `${event.data.step}: its files are gone from the store, it is done again`;
    case 'step.cancelled':
      return `${event.data.step}: cancelled by ${event.data.by}, ${event.data.reason}`;
    case 'cancel.requested':
      return `cancel requested${event.data.step === null ? '' : ` for ${event.data.step}`}: ${event.data.reason}`;
    default:
      return undefined;
  }
}

function exitWords(exit: Extract<AnyEvent, { type: 'attempt.exited' }>['data']['exit']): string {
  switch (exit.how) {
    case 'exit':
      return `${exit.container} exited with ${exit.code}`;
    case 'signal':
      return `${exit.container} was ended by ${exit.signal}`;
    case 'timeout':
      return `${exit.container} ran past ${formatDuration(exit.afterMs)}`;
    case 'stopped':
      return `stopped: ${exit.reason}`;
    case 'agent':
      return exit.message;
  }
}

function narratePointer(event: AnyEvent): string | undefined {
  switch (event.type) {
    case 'flip.intended':
    case 'undo.intended':
      return `moving the pointer: generation ${event.data.before?.number ?? 'none'} -> ${event.data.after.number}`;
    case 'undo.done':
      return event.data.wasThere ? 'the pointer had moved already' : undefined;
    case 'flip.not-done':
    case 'undo.not-done':
      return 'the pointer did not move';
    default:
      return undefined;
  }
}

import type { VerbOutcome } from '../../conductor/release/verb-outcome.ts';
import type { GateRow } from '../../domain/release/gate-review.ts';
import type { Candidate, ClientReport, Failure, Promotion } from '../../domain/release/release-state.ts';
import type { StatusRow } from '../../domain/release/status-report.ts';
import { formatInstant, type Instant } from '../../kernel/instant.ts';
import type { StatusView } from '../status/read-status.ts';

// What `--output json` promises: these members are always there, `null` when there is nothing to say; times are ISO 8601 in UTC.

const time = (at: Instant | undefined): string | null => (at === undefined ? null : formatInstant(at));

/** How a verb that works on a release ended. */
export const outcomeJson = (outcome: VerbOutcome) => ({
  exit: outcome.exit,
  release: outcome.release,
  phase: outcome.phase,
  sentence: outcome.sentence,
  next: outcome.next ?? null,
  failure: failureJson(outcome.failure),
  gates: (outcome.gates ?? []).map(gateJson),
});

const failureJson = (failure: Failure | undefined) =>
  failure === undefined
    ? null
    : {
        phase: failure.phase,
        step: failure.step ?? null,
        class: failure.class,
        sentence: failure.sentence,
        remedy: failure.remedy,
      };

export function gateJson({ name, state, skipped }: GateRow) {
  const approvals = 'have' in state ? state.have : [];
  return {
    name,
    state: state.state,
    approvals: approvals.map(({ by, at, expiresAt }) => ({
      by,
      at: formatInstant(at),
      expiresAt: formatInstant(expiresAt),
    })),
    need: 'need' in state ? state.need : null,
    until: 'until' in state ? formatInstant(state.until) : null,
    /** Who rejected it, or whose approvals count no more. */
    by: 'by' in state ? [state.by].flat() : [],
    skipped: skipped ?? null,
  };
}

const rowJson = (row: StatusRow) => ({
  id: row.id,
  state: row.state,
  since: time(row.since),
  until: time(row.until),
  tookMs: row.tookMs ?? null,
  detail: row.detail,
  attempt: row.attempt ?? null,
});

export const statusJson = (view: StatusView) => ({
  release: view.release,
  line: view.line,
  version: view.version,
  channel: view.channel,
  phase: view.phase,
  digest: view.digest,
  generation: view.generation ?? null,
  rows: view.rows.map(rowJson),
  failure:
    view.failure === undefined
      ? null
      : { ...failureJson(view.failure), at: formatInstant(view.failure.at), partial: view.failure.partial },
  gates: view.gates.map(gateJson),
  skipped: view.skipped.map(({ what, reason, by, at }) => ({ what, reason, by, at: formatInstant(at) })),
  conductor:
    view.conductor === undefined
      ? null
      : { pid: view.conductor.pid, host: view.conductor.host, silentSince: time(view.conductor.silentSince) },
  next: view.next ?? null,
});

export const candidateJson = (candidate: Candidate | undefined) =>
  candidate === undefined
    ? null
    : {
        digest: candidate.digest,
        generation: candidate.generation,
        parent: candidate.parent,
        stagedAt: formatInstant(candidate.stagedAt),
        keepUntil: formatInstant(candidate.keepUntil),
      };

export const clientReportJson = (report: (ClientReport & { readonly at: Instant }) | undefined) =>
  report === undefined
    ? null
    : {
        at: formatInstant(report.at),
        generation: report.generation,
        evidence: report.evidence.map((row) => ({ ...row, exitCode: row.exitCode ?? null })),
        notRun: report.notRun,
      };

export const promotionJson = (promotion: Promotion | undefined) =>
  promotion === undefined
    ? null
    : {
        number: promotion.number,
        after: promotion.after,
        undo: promotion.undo,
        startedAt: formatInstant(promotion.startedAt),
        deadlineAt: formatInstant(promotion.deadlineAt),
      };

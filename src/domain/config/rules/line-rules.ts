import { parseBranchPattern } from '../../release/branch-base.ts';
import { patternsCanMeet } from '../../release/patterns-can-meet.ts';
import { parseVersionPattern, type VersionPattern, VersionPatternError } from '../../release/version-pattern.ts';
import { cronMinutes, parseCron } from '../cron.ts';
import { durationMs, printDuration } from '../duration.ts';
import type { KeyPath } from '../key-path.ts';
import { error, isCut, isWritten, type RuleContext, stepLists, warning } from './rule-context.ts';

/** Lines: how their versions look, when they run, what they must not do. */
export function checkLines(context: RuleContext): void {
  if (Object.keys(context.document.lines).length === 0 && !isCut(context, ['lines']))
    error(context, {
      code: 'SLIP_CONFIG_MISSING',
      path: ['lines'],
      of: 'key',
      happened: 'lines is empty.',
      remedy: 'Add one, such as main: { versions: "1.{n}", channel: stable }.',
    });
  checkVersionsApart(context, readPatterns(context));
  for (const name of Object.keys(context.document.lines)) {
    checkSchedule(context, name);
    checkEmbargo(context, name);
  }
}

function readPatterns(context: RuleContext): ReadonlyMap<string, VersionPattern> {
  const patterns = new Map<string, VersionPattern>();
  for (const [name, line] of Object.entries(context.document.lines)) {
    const pattern = reading(context, ['lines', name, 'versions'], () => parseVersionPattern(line.versions));
    if (pattern !== undefined) patterns.set(name, pattern);
    const parts =
      line.branch === undefined
        ? undefined
        : reading(context, ['lines', name, 'branch'], () => parseBranchPattern(line.branch ?? ''));
    if (pattern?.hasBase && (line.branch === undefined || parts?.some((part) => 'field' in part) === false))
      error(context, {
        code: 'SLIP_CONFIG_VERSIONS',
        path: ['lines', name, line.branch === undefined ? 'versions' : 'branch'],
        happened: `lines.${name}.versions has {base}, which comes from the branch, but ${line.branch === undefined ? 'the line has no branch' : 'its branch has no {base}'}.`,
        remedy: 'Write a branch such as "stable-{base}".',
      });
  }
  return patterns;
}

/** A pattern has its own errors, with what to write; here they get a place in the file. */
function reading<Value>(context: RuleContext, path: KeyPath, read: () => Value): Value | undefined {
  try {
    return read();
  } catch (thrown) {
    if (!(thrown instanceof VersionPatternError)) throw thrown;
    error(context, { code: 'SLIP_CONFIG_VERSIONS', path, happened: thrown.message, remedy: thrown.remedy });
    return undefined;
  }
}

function checkVersionsApart(context: RuleContext, patterns: ReadonlyMap<string, VersionPattern>): void {
  const lines = Object.entries(context.document.lines);
  for (const [index, [name, line]] of lines.entries())
    for (const [other, before] of lines.slice(0, index)) {
      const [a, b] = [patterns.get(other), patterns.get(name)];
      if (line.channel !== before.channel || a === undefined || b === undefined || !patternsCanMeet(a, b)) continue;
      error(context, {
        code: 'SLIP_CONFIG_VERSIONS_MEET',
        path: ['lines', name, 'versions'],
        happened: `lines.${other} ("${a.text}") and lines.${name} ("${b.text}") are on channel ${line.channel} and could give the same version.`,
        remedy: 'Write patterns that differ in a fixed part, or give one its own channel.',
      });
    }
}

/** A year of days that begins on a Monday; which year does not matter to a weekly or monthly schedule. */
const SAMPLE_DAYS = 366;
const SAMPLE_START = new Date(Date.UTC(2024, 0, 1));

function checkSchedule(context: RuleContext, name: string): void {
  const line = context.document.lines[name];
  const { stage, promote } = line?.schedule ?? {};
  const path = ['lines', name, 'schedule', 'promote'];
  if (promote === undefined) return;
  const steps = context.config.lines[name]?.steps ?? [];
  if (!steps.some((step) => step.uses === 'verify'))
    error(context, {
      code: 'SLIP_CONFIG_STEPS',
      path,
      happened: `lines.${name}.schedule.promote runs by itself, but no step verifies.`,
      remedy: 'Add a step "uses: verify" with view: staging.',
    });
  if (stage === undefined) return;
  const gapMinutes = shortestGap(stage, promote);
  if (gapMinutes === undefined) return;
  if (gapMinutes === 'before') {
    error(context, {
      code: 'SLIP_CONFIG_SCHEDULE',
      path,
      happened: `lines.${name} would promote at or before the time it stages, on the same day.`,
      remedy: 'Schedule promote after stage.',
    });
    return;
  }
  const needs = steps.filter((step) => step.uses === undefined || step.uses === 'build').length;
  if (needs > 0) checkTimeToPromote(context, name, gapMinutes);
}

/**
 * Minutes from staging to the next promotion, the shortest of a year; `before` when both fall on the same days only and
 * promotion comes first.
 */
function shortestGap(stage: string, promote: string): number | 'before' | undefined {
  const [a, b] = [parseCron(stage), parseCron(promote)];
  if (typeof a === 'string' || typeof b === 'string') return undefined;
  const staged = cronMinutes(a, SAMPLE_START, SAMPLE_DAYS);
  const promoted = cronMinutes(b, SAMPLE_START, SAMPLE_DAYS);
  const days = (minutes: readonly number[]) => [...new Set(minutes.map((minute) => Math.floor(minute / 1440)))];
  const sameDays = String(days(staged)) === String(days(promoted)) && days(staged).length < SAMPLE_DAYS;
  if (sameDays && (promoted[0] ?? 0) <= (staged[0] ?? 0)) return 'before';
  if (String(staged) === String(promoted)) return 'before';
  let shortest: number | undefined;
  for (let s = 0, p = 0; s < staged.length; s++) {
    while (p < promoted.length && (promoted[p] ?? 0) <= (staged[s] ?? 0)) p += 1;
    if (p >= promoted.length) break;
    const gap = (promoted[p] ?? 0) - (staged[s] ?? 0);
    shortest = shortest === undefined ? gap : Math.min(shortest, gap);
  }
  return shortest;
}

/** `timeout` and `startTimeout` of each step, one after the other where one needs the other, fit between both times. */
function checkTimeToPromote(context: RuleContext, name: string, gapMinutes: number): void {
  const { packages, agents, lines } = context.config;
  const took = new Map<string, number>();
  const timeOf = (item: string): number => {
    const known = took.get(item);
    const step = packages[item];
    if (known !== undefined || step === undefined || step.from !== undefined) return known ?? 0;
    took.set(item, 0); // a circle is told elsewhere
    const own = (durationMs(step.timeout) ?? 0) + (durationMs(agents[step.agent]?.startTimeout ?? '') ?? 0);
    const longest = own + Math.max(0, ...step.inputs.map(timeOf));
    took.set(item, longest);
    return longest;
  };
  const slowest = Math.max(0, ...(lines[name]?.packages ?? []).map(timeOf));
  if (slowest <= gapMinutes * 60_000) return;
  warning(context, {
    code: 'SLIP_CONFIG_TIME',
    path: ['lines', name, 'schedule', 'promote'],
    happened: `The steps of lines.${name} may take ${printDuration(slowest)} (timeout and startTimeout), but it promotes ${printDuration(gapMinutes * 60_000)} after it stages.`,
    remedy: 'Shorten the timeouts, or stage earlier.',
  });
}

function checkEmbargo(context: RuleContext, name: string): void {
  if (context.document.lines[name]?.embargo !== true) return;
  for (const { path, steps, lines } of stepLists(context))
    for (const [index, step] of steps.entries())
      if (lines.includes(name) && step.uses === 'mirrors' && step.with.carry > 0)
        error(context, {
          code: 'SLIP_CONFIG_EMBARGO',
          path: isWritten(context, [...path, index, 'with', 'carry'])
            ? [...path, index, 'with', 'carry']
            : [...path, index],
          happened: `lines.${name} is under embargo, but ${step.with.carry} mirrors would have the bytes before promotion.`,
          remedy: 'Write carry: 0, or give the line its own steps.',
        });
}

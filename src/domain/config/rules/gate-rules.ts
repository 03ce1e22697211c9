import { durationMs } from '../duration.ts';
import { error, isCut, type RuleContext, warning } from './rule-context.ts';

/** Gates, windows and freezes: whether a release could ever get through them. */
export function checkGates(context: RuleContext): void {
  for (const [name, gate] of Object.entries(context.document.gates)) {
    if (isCut(context, ['gates', name])) continue;
    const people = new Set(
      gate.approvers.flatMap((who) =>
        who.startsWith('team:') ? (context.document.teams[who.slice('team:'.length)] ?? []) : [who],
      ),
    );
    const knowsAll = gate.approvers.every(
      (who) => !who.startsWith('team:') || Object.hasOwn(context.document.teams, who.slice('team:'.length)),
    );
    if (knowsAll && gate.min > people.size)
      error(context, {
        code: 'SLIP_CONFIG_GATE',
        path: ['gates', name, 'min'],
        happened: `gates.${name}.min is ${gate.min}, but only ${people.size} ${people.size === 1 ? 'person' : 'people'} may approve.`,
        remedy: 'Name more approvers, or write a smaller min.',
      });
  }
  checkWindows(context);
  checkFreezes(context);
}

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
const DAY_MINUTES = 1_440;

function checkWindows(context: RuleContext): void {
  for (const [index, window] of context.document.windows.entries()) {
    const path = ['windows', index];
    const [from, to] = [minuteOf(window.from), minuteOf(window.to)];
    if (from === to) {
      error(context, {
        code: 'SLIP_CONFIG_WINDOW',
        path,
        happened: `windows[${index}] is empty: from and to are both ${window.from}.`,
        remedy: 'Write a later "to", or an earlier one for a window past midnight.',
      });
      continue;
    }
    const lastsMs = ((to - from + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES) * 60_000;
    for (const [name, line] of Object.entries(context.config.lines)) {
      if (window.lines !== undefined && !window.lines.includes(name)) continue;
      const promote = line.steps.find((step) => step.uses === 'promote');
      if (promote === undefined || lastsMs >= (durationMs(promote.with.deadline) ?? 0)) continue;
      warning(context, {
        code: 'SLIP_CONFIG_TIME',
        path,
        happened: `windows[${index}] lasts ${lastsMs / 60_000} min, less than promote.deadline (${promote.with.deadline}) of line ${name}.`,
        remedy: 'Widen the window, or shorten the deadline.',
      });
      break;
    }
  }
}

/** Minutes since 1970 of a day (its start, or as an end its last minute + 1) or of a minute. */
function momentOf(text: string, end: boolean): number | undefined {
  const [day = '', time] = text.split('T');
  const date = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(date) || new Date(date).toISOString().slice(0, 10) !== day) return undefined;
  return date / 60_000 + (time === undefined ? (end ? DAY_MINUTES : 0) : minuteOf(time));
}

function checkFreezes(context: RuleContext): void {
  for (const [index, freeze] of context.document.freezes.entries()) {
    const path = ['freezes', index];
    const [from, to] = [momentOf(freeze.from, false), momentOf(freeze.to, true)];
    const wrong = from === undefined ? 'from' : to === undefined ? 'to' : undefined;
    if (wrong !== undefined)
      error(context, {
        code: 'SLIP_CONFIG_WINDOW',
        path: [...path, wrong],
        happened: `freezes[${index}].${wrong} is ${freeze[wrong]}, which is no day.`,
        remedy: 'Write a day that exists.',
      });
    else if (from !== undefined && to !== undefined && from >= to)
      error(context, {
        code: 'SLIP_CONFIG_WINDOW',
        path,
        happened: `Freeze ${freeze.name} is empty: it ends (${freeze.to}) before it begins (${freeze.from}).`,
        remedy: 'Write a later "to".',
      });
    // Longer than a year it meets every weekly window there can be.
    else if (from !== undefined && to !== undefined && to - from > 366 * DAY_MINUTES)
      error(context, {
        code: 'SLIP_CONFIG_WINDOW',
        path,
        happened: `Freeze ${freeze.name} lasts longer than a year: it covers every window.`,
        remedy: 'Write an earlier "to".',
      });
  }
}

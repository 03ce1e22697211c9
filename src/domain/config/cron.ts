interface Field {
  readonly says: string;
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
}

const FIELDS: readonly Field[] = [
  { says: 'minute', least: 0, most: 59 },
  { says: 'hour', least: 0, most: 23 },
  { says: 'day', least: 1, most: 31 },
  {
    says: 'month',
    least: 1,
    most: 12,
    names: ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  { says: 'weekday', least: 0, most: 7, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];

/** The moments of a schedule: five fields as in crontab(5), each the set of values it matches. */
export interface Cron {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** 0 is Sunday. */
  readonly weekdays: ReadonlySet<number>;
  /** crontab(5): with both day and weekday restricted, either one is enough. */
  readonly either: boolean;
}

/** What is wrong with a schedule, in a few words; undefined when it can be read. */
export function cronProblem(text: string): string | undefined {
  const parsed = parseCron(text);
  return typeof parsed === 'string' ? parsed : undefined;
}

export function parseCron(text: string): Cron | string {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) return `it has ${parts.length} fields, not 5`;
  const sets: ReadonlySet<number>[] = [];
  for (const [index, field] of FIELDS.entries()) {
    const set = fieldValues(parts[index] ?? '', field);
    if (typeof set === 'string') return set;
    sets.push(set);
  }
  const [minutes, hours, days, months, weekdays] = sets as [
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
  ];
  if (weekdays.delete(7)) weekdays.add(0);
  const either = !parts[2]?.startsWith('*') && !parts[4]?.startsWith('*');
  return { minutes, hours, days, months, weekdays, either };
}

function fieldValues(text: string, field: Field): Set<number> | string {
  const values = new Set<number>();
  for (const item of text.split(',')) {
    const match = /^(\*|[0-9a-z]+)(?:-([0-9a-z]+))?(?:\/([0-9]+))?$/i.exec(item);
    if (match === null) return `"${item}" is no ${field.says}`;
    const all = match[1] === '*';
    const from = all ? field.least : numberOf(match[1] ?? '', field);
    const step = match[3] === undefined ? 1 : Number(match[3]);
    const open = all || (match[3] !== undefined && match[2] === undefined);
    const to = match[2] !== undefined ? numberOf(match[2], field) : open ? field.most : from;
    if (!(from >= field.least && to <= field.most && from <= to && step >= 1) || (all && match[2] !== undefined))
      return `"${item}" is no ${field.says} (${field.least} to ${field.most})`;
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return values;
}

function numberOf(text: string, field: Field): number {
  const named = field.names?.indexOf(text.toLowerCase()) ?? -1;
  return named >= field.least && named >= 0 ? named : /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

const DAY_MINUTES = 1_440;

/**
 * All moments within `days` days from `firstDay` on, in minutes since that day's midnight. Wall-clock minutes: a change of
 * the clock moves real distances by an hour, which no rule here needs to know.
 */
export function cronMinutes(cron: Cron, firstDay: Date, days: number): readonly number[] {
  const minutes: number[] = [];
  for (let day = 0; day < days; day++) {
    const date = new Date(firstDay.getTime() + day * 86_400_000);
    if (!matchesDay(cron, date)) continue;
    for (const hour of [...cron.hours].sort((a, b) => a - b))
      for (const minute of [...cron.minutes].sort((a, b) => a - b))
        minutes.push(day * DAY_MINUTES + hour * 60 + minute);
  }
  return minutes;
}

function matchesDay(cron: Cron, date: Date): boolean {
  if (!cron.months.has(date.getUTCMonth() + 1)) return false;
  const day = cron.days.has(date.getUTCDate());
  const weekday = cron.weekdays.has(date.getUTCDay());
  return cron.either ? day || weekday : day && weekday;
}

import { describe, expect, test } from 'vitest';
import { cronMinutes, cronProblem, parseCron } from './cron.ts';

const monday = new Date(Date.UTC(2024, 0, 1));
const times = (text: string, days: number) => {
  const cron = parseCron(text);
  if (typeof cron === 'string') throw new Error(cron);
  return cronMinutes(cron, monday, days).map((minute) => {
    const [day, rest] = [Math.floor(minute / 1440), minute % 1440];
    return `${day} ${Math.floor(rest / 60)}:${String(rest % 60).padStart(2, '0')}`;
  });
};

describe('schedules, as in crontab(5)', () => {
  test.each([
    ['30 4 * * 1', 8, ['0 4:30', '7 4:30']],
    ['0 9 * * mon,Fri', 7, ['0 9:00', '4 9:00']],
    ['0 0 * * 7', 7, ['6 0:00']],
    ['*/20 5 2 * *', 7, ['1 5:00', '1 5:20', '1 5:40']],
    ['0 1-3 * jan 3', 7, ['2 1:00', '2 2:00', '2 3:00']],
    ['0 12 5 * 1', 7, ['0 12:00', '4 12:00']], // either the day or the weekday
  ])('%s', (text, days, expected) => {
    expect(times(text, days)).toEqual(expected);
  });

  test.each([
    ['30 4 * *', 'it has 4 fields, not 5'],
    ['60 4 * * *', '"60" is no minute (0 to 59)'],
    ['* * 0 * *', '"0" is no day (1 to 31)'],
    ['* * * foo *', '"foo" is no month (1 to 12)'],
    ['5-1 * * * *', '"5-1" is no minute (0 to 59)'],
    ['*/0 * * * *', '"*/0" is no minute (0 to 59)'],
    ['1,, * * * *', '"" is no minute'],
  ])('%s is refused', (text, problem) => {
    expect(cronProblem(text)).toBe(problem);
  });
});

import { z } from 'zod';
import { cronProblem } from '../cron.ts';
import { durationMs } from '../duration.ts';
import { isTimeZone } from '../time-zone.ts';
import { type ScalarKind, scalarKinds } from './key.ts';

const DURATION = /^[1-9][0-9]{0,6}(s|m|h|d)$/;

export const text = (pattern: RegExp, kind: ScalarKind) => z.string().regex(pattern).register(scalarKinds, kind);

/** Free text in one line or more, not empty. */
export const words = (what: string) => text(/\S/, { type: 'text', write: what });

export const anyText = (what: string) => z.string().register(scalarKinds, { type: 'text', write: what });

export const templateText = (what: string) => text(/\S/, { type: 'text', write: what });

export const name = (what = 'a name') =>
  text(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, {
    type: 'name',
    write: `${what} of a-z, 0-9 and "-", such as "my-name"`,
    code: 'SLIP_CONFIG_NAME',
  });

export const variableName = () =>
  text(/^[A-Za-z_][A-Za-z0-9_]*$/, {
    type: 'variable name',
    write: 'a variable name of letters, digits and "_", such as "MY_NAME"',
    code: 'SLIP_CONFIG_NAME',
  });

/** `30s 5m 2h 7d`. `least` and `most` are durations too. */
export function duration(limits: { least?: string; most?: string } = {}) {
  const least = durationMs(limits.least ?? '') ?? 0;
  const most = durationMs(limits.most ?? '') ?? Number.POSITIVE_INFINITY;
  const range = [limits.least && `${limits.least} or more`, limits.most && `${limits.most} or less`].filter(Boolean);
  return text(DURATION, { type: 'duration', write: 'a duration, such as 30s, 5m, 2h or 7d' }).refine(
    (value) => (durationMs(value) ?? least) >= least && (durationMs(value) ?? most) <= most,
    { params: { code: 'SLIP_CONFIG_RANGE', write: range.join(' and ') } },
  );
}

export const size = () =>
  text(/^[1-9][0-9]{0,9}(Ki|Mi|Gi|Ti)$/, { type: 'size', write: 'a size, such as 500Mi or 4Gi' });

export const cpu = () =>
  z
    .union([z.number().positive(), z.string().regex(/^[1-9][0-9]{0,8}m$/)])
    .register(scalarKinds, { type: 'number of CPUs', write: 'a number of CPUs, such as 2 or 500m' });

export const whole = (least: number, most?: number) => {
  const range = most === undefined ? `${least} or more` : `from ${least} to ${most}`;
  const schema = z.int().min(least);
  return (most === undefined ? schema : schema.max(most)).register(scalarKinds, {
    type: 'whole number',
    write: `a whole number, ${range}`,
    code: 'SLIP_CONFIG_RANGE',
  });
};

export const amount = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  z
    .number()
    .min(least)
    .max(most)
    .register(scalarKinds, { type: 'number', write: `a number, ${least} or more`, code: 'SLIP_CONFIG_RANGE' });

export const flag = () => z.boolean().register(scalarKinds, { type: 'true, false', write: 'true or false' });

export const choice = <const Values extends readonly [string, ...string[]]>(...values: Values) => z.enum(values);

/** An IANA zone, checked against what this program knows. */
export const timeZone = () =>
  z.string().refine(isTimeZone).register(scalarKinds, {
    type: 'time zone',
    write: 'an IANA time zone, such as Europe/Brussels',
    nearest: 'time zone',
  });

export const cron = () =>
  z
    .string()
    .refine((value) => cronProblem(value) === undefined)
    .register(scalarKinds, {
      type: 'cron',
      write: 'five cron fields (minute hour day month weekday), such as "30 4 * * 1"',
      code: 'SLIP_CONFIG_SCHEDULE',
    });

export const webUrl = (template?: true) =>
  text(template ? /^https?:\/\/(?:\$\{\{[^}\n]*\}\}|(?!\$\{\{)\S)+$/ : /^https?:\/\/\S+$/, {
    type: 'URL',
    write: 'an http or https URL',
  });

export const gitUrl = () => templateText('the URL or path of a git repository');

/** A folder (relative to the config), or `s3://bucket/prefix`. */
export const placeUrl = () =>
  text(/^(s3:\/\/\S+|(?![a-z][a-z0-9+.-]*:)\S.*)$/i, {
    type: 'folder or s3 URL',
    write: 'a folder, such as ./public, or an s3:// URL',
  });

/** A path of this machine, relative to the config file unless absolute. */
export const path = (what: string) => text(/\S/, { type: 'path', write: what });

/** A path that must stay below where it starts: no `..`, not absolute. */
export const innerPath = (what: string) =>
  text(/^(?![/\\])(?!(.*[/\\])?\.\.([/\\]|$))\S.*$/, {
    type: 'path below',
    write: `${what}, relative and without ".."`,
    code: 'SLIP_CONFIG_PATH',
  });

export const absolutePath = (what: string) =>
  text(/^\/(?!(.*\/)?\.\.(\/|$))\S.*$/, {
    type: 'absolute path',
    write: `${what}: absolute and without ".."`,
    code: 'SLIP_CONFIG_PATH',
  });

/** A reference to a secret, never the secret: `env:NAME`, `file:PATH`, `kube:SECRET/KEY`. */
export const secret = () =>
  text(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+|kube:[a-z0-9.-]+\/[A-Za-z0-9._-]+)$/, {
    type: 'secret',
    write: 'file:PATH or env:NAME',
    code: 'SLIP_CONFIG_LITERAL_SECRET',
    secret: true,
  });

export const image = () => templateText('an image reference, such as registry.example.org/build@sha256:...');

export const octalMode = () => text(/^0?[0-7]{3}$/, { type: 'mode', write: 'a mode in quotes, such as "0755"' });

export const dayOrMinute = () =>
  text(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3]):[0-5]\d)?$/, {
    type: 'day or minute',
    write: 'a day or a minute in quotes, such as "2026-12-18" or "2026-12-18T12:00"',
  });

export const timeOfDay = () =>
  text(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, { type: 'time of day', write: 'a time of day in quotes, such as "12:00"' });

/** Text, number or truth: what `vars` and `env` take. A number that loses digits must be in quotes. */
export const scalar = (what: string) =>
  z
    .union([z.string(), z.number(), z.boolean()])
    .register(scalarKinds, { type: 'text, number, true, false', write: what });

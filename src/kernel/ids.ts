import type { Brand } from './brand.ts';

/** 64 lower-case hex digits. */
export type Sha256 = Brand<string, 'Sha256'>;
/** `weekly-2.294`, from revision 2 on `weekly-2.294-2`. A release's one run has the same id. */
export type ReleaseId = Brand<string, 'ReleaseId'>;
/** A step of a run: a package's name, a built-in (`stage`, `verify`, ...) or the `id` of a step of the config. */
export type StepId = Brand<string, 'StepId'>;
/** `slw-<run>-<step>-<n>`, at most 63 characters. */
export type AttemptName = Brand<string, 'AttemptName'>;

export const isSha256 = (text: string): text is Sha256 => /^[0-9a-f]{64}$/.test(text);

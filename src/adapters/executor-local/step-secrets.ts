import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { LONGEST_STEP_VALUES_BYTES } from '../../domain/artifact/step-values.ts';
import { secretForms } from '../../domain/attempt-log/secret-forms.ts';
import { SecretMask } from '../../domain/attempt-log/secret-mask.ts';
import { hasCode } from '../../system/has-code.ts';
import { valuesFile } from './attempt-paths.ts';

/** Container -> variable -> value. */
export type StepSecrets = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What has to be masked in the log of a step, and the variables whose values are too short for that. */
export function secretPatterns(secrets: StepSecrets): {
  readonly patterns: readonly Buffer[];
  readonly unmasked: readonly string[];
} {
  const forms = Object.values(secrets)
    .flatMap((variables) => Object.entries(variables))
    .map(([name, value]) => [name, secretForms(value)] as const);
  const unique = new Map(forms.flatMap(([, patterns]) => patterns).map((bytes) => [bytes.toString('latin1'), bytes]));
  const unmasked = forms.filter(([, patterns]) => patterns.length === 0).map(([name]) => name);
  return { patterns: [...unique.values()], unmasked: [...new Set(unmasked)] };
}

/** Did the commands write a secret into `$SLIPWAY_OUTPUT`? Its values are recorded and shown, so they must not. */
export function valuesHoldSecret(work: string, patterns: readonly Buffer[]): boolean {
  const bytes = readValues(valuesFile(work));
  if (bytes === undefined) return false;
  const mask = new SecretMask(patterns);
  return !Buffer.concat([mask.push(bytes), mask.end()]).equals(bytes);
}

function readValues(path: string): Buffer | undefined {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ELOOP', 'ENXIO', 'ENOTDIR', 'EACCES')) return undefined; // collecting says what it is
    throw error;
  }
  try {
    if (!fstatSync(fd).isFile()) return undefined;
    const bytes = Buffer.alloc(LONGEST_STEP_VALUES_BYTES); // a longer one is refused as a whole
    return bytes.subarray(0, readSync(fd, bytes));
  } finally {
    closeSync(fd);
  }
}

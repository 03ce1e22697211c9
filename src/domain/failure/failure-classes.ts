import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';
import type { SlipwayError } from '../../kernel/slipway-error.ts';
import type { AttemptExit } from '../run/attempt.ts';
import { describeExit } from '../run/describe-exit.ts';
import type { StepFailure } from './step-failure.ts';

/** Where a failure happened: what the remedies name. */
export interface FailurePlace {
  readonly run: string;
  readonly step: string;
}

interface FailureClass {
  /** When a step gets this class, for docs/reference. */
  readonly says: string;
  readonly remedy: (place: FailurePlace) => string;
  readonly isRefused?: boolean;
}

const resume = ({ run }: FailurePlace) => `then run "slipway resume ${run}"`;
const logs = ({ run, step }: FailurePlace) => `slipway logs ${run}/${step}`;

/** What can befall a step on this machine. The class decides what happens next and what a person reads first. */
export const FAILURE_CLASSES = {
  STEP_FAILED: {
    says: 'A command of the step ended with another exit code than 0. It is not tried again: commands fail for a reason.',
    remedy: (at) => `Read what it said last ("${logs(at)}"), mend the cause, ${resume(at)}.`,
  },
  STEP_SIGNALLED: {
    says: 'A command of the step was ended by a signal that Slipway did not send.',
    remedy: (at) => `Find out who ended it (SIGKILL is often the kernel, out of memory: see its log), ${resume(at)}.`,
  },
  STEP_TIMEOUT: {
    says: 'The commands of the step were still running when their time was over, and were ended.',
    remedy: (at) => `See where it stood still ("${logs(at)}"), mend that or raise the step's "timeout", ${resume(at)}.`,
  },
  STEP_STOPPED: {
    says: 'The attempt was ended from outside, without a request in the journal.',
    remedy: (at) => `Find out who ended it ("${logs(at)}"), ${resume(at)}.`,
  },
  AGENT_FAILED: {
    says: 'The agent could not run the commands, or could not keep what they made: a shell that is missing, a full disk.',
    remedy: (at) => `Mend what the sentence names, ${resume(at)}.`,
  },
  ATTEMPTS_LOST: {
    says: 'The agent died under every attempt that the step may have.',
    remedy: (at) => `Look why the machine ends it (memory, a reboot, a clean-up of /tmp), ${resume(at)}.`,
  },
  TEMPLATE_EMPTY: {
    says: 'A template of the step names a value that does not exist.',
    remedy: (at) =>
      `Give it a text to use instead ("\${{ path || 'text' }}"), or let the step it comes from write it, ${resume(at)}.`,
  },
  OUTPUT_CLASH: {
    says: 'Two outputs of the step have the same file name. Users would see only one of them.',
    remedy: (at) => `Name one of them differently, or narrow "outputs", ${resume(at)}.`,
  },
  OUTPUT_LINK: {
    says: 'A package taken from a source is a symbolic link there. A package has to be a file.',
    remedy: (at) => `Put the file itself into the source, ${resume(at)}.`,
  },
  BYTES_CHANGED: {
    says: 'The step ran again with the same definition and inputs and gave other bytes than those recorded. The recorded ones stand.',
    remedy: ({ run }) =>
      `Bring the recorded bytes back from a backup of the artifact store; or give up this version with "slipway abandon ${run} --reason TEXT" and release the next.`,
    isRefused: true,
  },
  UNKNOWN: {
    says: 'Something that Slipway has no name for. The text is word for word what the system said.',
    remedy: (at) =>
      `If the text does not say what to mend, look at the machine (disk, memory, permissions), ${resume(at)}.`,
  },
} as const satisfies Readonly<Record<string, FailureClass>>;

export type FailureClassName = keyof typeof FAILURE_CLASSES;

/** A failure of a class of the table. */
export function stepFailure(name: FailureClassName, place: FailurePlace, sentence: string): StepFailure {
  const row: FailureClass = FAILURE_CLASSES[name];
  return { class: name, sentence, remedy: row.remedy(place), ...(row.isRefused === true ? { isRefused: true } : {}) };
}

/**
 * A failure that a port has already named: a source that is not there, an output that matches nothing, a package that is
 * not what it says. Its class is the error's code without `SLIP_`; docs/reference/errors.md has them all.
 */
export function failureOfError({ code, message, remedy, exitCode }: SlipwayError): StepFailure {
  return {
    class: code.replace(/^SLIP_/, ''),
    sentence: message,
    remedy,
    ...(exitCode === EXIT.refused ? { isRefused: true } : {}),
  };
}

/** How a command exits whose run has these failures: refused when any of them is, else failed. */
export function exitCodeOfFailures(failures: readonly StepFailure[]): ExitCode {
  if (failures.length === 0) return EXIT.done;
  return failures.some((failure) => failure.isRefused === true) ? EXIT.refused : EXIT.failed;
}

const CLASS_OF_EXIT = {
  exit: 'STEP_FAILED',
  signal: 'STEP_SIGNALLED',
  timeout: 'STEP_TIMEOUT',
  stopped: 'STEP_STOPPED',
  agent: 'AGENT_FAILED',
} as const satisfies Readonly<Record<AttemptExit['how'], FailureClassName>>;

/** What an attempt's end means for its step; undefined when its commands did what they should. */
export function failureOfExit(exit: AttemptExit, place: FailurePlace): StepFailure | undefined {
  if (exit.how === 'exit' && exit.code === 0) return undefined;
  const failure = stepFailure(CLASS_OF_EXIT[exit.how], place, describeExit(exit));
  return exit.how === 'exit' ? { ...failure, exitCode: exit.code } : failure;
}

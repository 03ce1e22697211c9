import type { AttemptName } from '../../kernel/ids.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';

/**
 * The disk (or a quota) was full where an attempt keeps its log and its work folder. The step was ended and counts as failed,
 * whatever its commands said. Free space on the file system of the state folder, then `slipway resume`.
 */
export class AgentDiskFullError extends SlipwayError {
  readonly code = 'SLIP_AGENT_DISK_FULL';

  constructor(path: string, options?: ErrorOptions) {
    const remedy = 'Free space on that file system ("df" shows which), then "slipway resume".';
    super(`The disk is full: ${path} could not be written.`, remedy, options);
  }
}

/** The shell of a step is not installed on this machine. Install it, or write `shell: sh` for the agent. */
export class AgentShellMissingError extends SlipwayError {
  readonly code = 'SLIP_AGENT_SHELL_MISSING';

  constructor(shell: string, path: string, options?: ErrorOptions) {
    super(`There is no ${shell} in ${path}.`, `Install ${shell}, or write "shell: sh".`, options);
  }
}

/**
 * The folder in which a step shall run (`dir`) is not in its work folder, or leads out of it. It is relative to the work folder,
 * where each input lies under its name. Correct `dir`, or the input it should come from.
 */
export class AgentDirMissingError extends SlipwayError {
  readonly code = 'SLIP_AGENT_DIR_MISSING';

  constructor(dir: string, why: string, options?: ErrorOptions) {
    const remedy = 'dir is relative to the work folder, where each input lies under its own name: correct it.';
    super(`The folder "dir: ${dir}" of the step ${why}.`, remedy, options);
  }
}

/**
 * The operating system refused to start the shell of a step: no process or memory left, or an environment that is too large.
 * The message names the system's own code (`EAGAIN`, `E2BIG`, ...). Relieve the machine, then `slipway resume`.
 */
export class AgentSpawnError extends SlipwayError {
  readonly code = 'SLIP_AGENT_SPAWN';

  constructor(container: string, systemCode: string) {
    // Not the system's message nor the error as a cause: Node quotes the environment in some of them, secrets included.
    super(
      `The shell of ${container} could not be started: ${systemCode}.`,
      'Relieve the machine, then "slipway resume".',
    );
  }
}

/** The value of a variable of a step holds a NUL byte, which no process can be given. Correct the value, or the secret's file. */
export class AgentEnvironmentError extends SlipwayError {
  readonly code = 'SLIP_AGENT_ENVIRONMENT';

  constructor(container: string, variable: string) {
    const happened = `The variable ${variable} of ${container} has a NUL byte in its value.`;
    super(happened, 'Correct its value; a secret in a binary file has to be encoded first.');
  }
}

/** The process that looks after a step came upon something it does not know. The step was ended. The message has what the system said. */
export class AgentFailedError extends SlipwayError {
  readonly code = 'SLIP_AGENT_FAILED';

  constructor(what: string, options?: ErrorOptions) {
    super(
      `The agent could not go on: ${what}.`,
      'Look at the end of the log of the attempt, then "slipway resume".',
      options,
    );
  }
}

/**
 * The process that looks after a step could not be started, so no command has run. The message has its last words.
 * Usually the machine is out of memory or processes, or the installation of Slipway is damaged.
 */
export class SupervisorStartError extends SlipwayError {
  readonly code = 'SLIP_SUPERVISOR_START';

  constructor(name: AttemptName, said: string, options?: ErrorOptions) {
    const happened = `The supervisor of attempt ${name} did not start: ${said}`;
    super(happened, 'Relieve the machine or install Slipway again, then "slipway resume".', options);
  }
}

/**
 * The agent `local` needs Linux: it tells its processes apart by `/proc`. On another system, use Linux in a container or a
 * virtual machine for steps with `run`; everything else works here.
 */
export class LocalAgentUnsupportedError extends SlipwayError {
  readonly code = 'SLIP_AGENT_UNSUPPORTED';

  constructor() {
    super(
      'The agent "local" cannot run steps here: there is no /proc.',
      'Run Slipway on Linux, or in a Linux container.',
    );
  }
}

/** A record in the folder of an attempt is not what Slipway wrote there. Look at the disk, and at who else writes in the state folder. */
export class AttemptDamagedError extends SlipwayError {
  readonly code = 'SLIP_ATTEMPT_DAMAGED';

  constructor(path: string, options?: ErrorOptions) {
    super(
      `${path} is damaged: it is not a record of an attempt.`,
      'Check the disk, and who else writes there.',
      options,
    );
  }
}

/**
 * Outputs of an attempt were asked for, and its work folder is not there any more: somebody removed it, or a disk is not mounted.
 * Restore it, or let the step run again.
 */
export class WorkFolderGoneError extends SlipwayError {
  readonly code = 'SLIP_ATTEMPT_WORK_GONE';

  constructor(path: string, options?: ErrorOptions) {
    const happened = `The work folder ${path} is gone, and with it the outputs of its attempt.`;
    super(happened, 'Restore it, or run the step again with "slipway resume".', options);
  }
}

/** The name of an attempt cannot be the name of a folder. Slipway makes these names itself, so this is a mistake in Slipway. */
export class AttemptNameError extends SlipwayError {
  readonly code = 'SLIP_ATTEMPT_NAME';

  constructor(name: string) {
    super(`${JSON.stringify(name)} cannot be the name of an attempt.`, 'Report this; the journal is not at fault.');
  }
}

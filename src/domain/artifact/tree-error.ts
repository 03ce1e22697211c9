import { EXIT } from '../../kernel/exit-code.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';

/**
 * A folder (a source, the input or the outputs of a step) holds something that Slipway does not carry: a device, socket or
 * pipe, a name with control characters, a link that leads out of the folder or round in circles.
 * Remove what the message names, or make the step put a plain file there.
 */
export class TreeError extends SlipwayError {
  readonly code = 'SLIP_TREE';

  constructor(path: string, problem: string, remedy: string, options?: ErrorOptions) {
    super(`${JSON.stringify(path)} ${problem}.`, remedy, options);
  }
}

/** A folder was to be filled with the files of a tree, but something is there already. Nothing was changed. Remove it, or name another. */
export class TreeTargetError extends SlipwayError {
  readonly code = 'SLIP_TREE_TARGET';
  override readonly exitCode = EXIT.refused;

  constructor(dir: string, options?: ErrorOptions) {
    super(`${dir} cannot be filled: it is not an empty folder.`, 'Remove it or name another folder.', options);
  }
}

import { EXIT } from '../kernel/exit-code.ts';
import { InterruptedError } from './usage-error.ts';

export interface Interrupt {
  /** Aborts on the first Ctrl-C. Who asks for it promises to end soon then. */
  readonly signal: AbortSignal;
  stop(): void;
}

/**
 * The first Ctrl-C asks a verb to stop where that is safe, when it listens; the second ends the process at once. A verb that
 * never listens has nothing to bring to an end, and is ended by the first.
 */
export function listenForInterrupt(report: (cause: InterruptedError) => void): Interrupt {
  const controller = new AbortController();
  let isHeard = false;
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    const interrupted = new InterruptedError();
    controller.abort(interrupted);
    if (isHeard) return;
    report(interrupted);
    process.exit(EXIT.interrupted);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    get signal() {
      isHeard = true;
      return controller.signal;
    },
    stop: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}

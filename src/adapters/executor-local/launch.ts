import type { EndingPolicy } from './ending-policy.ts';
import type { StepSecrets } from './step-secrets.ts';

/** What a supervisor is told over its stdin, and nowhere else: secrets never reach a disk, an argument or its environment. */
export interface Launch {
  /** Name of the folder, beside `work`, that was prepared for this launch. */
  readonly prepared: string;
  /** PATH of the commands. */
  readonly path: string;
  readonly policy: EndingPolicy;
  readonly secrets: StepSecrets;
}

/** What the supervisor answers, one line on its stdout. */
export type LaunchAnswer =
  /** The attempt is its own now; it runs on without whoever started it. */
  | { readonly state: 'begun' }
  /** Another supervisor has it. Nothing was done. */
  | { readonly state: 'taken' }
  /** Nothing was begun. */
  | { readonly state: 'failed'; readonly isDiskFull: boolean; readonly message: string };

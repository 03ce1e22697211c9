/** How the commands of an attempt are ended, and what is waited for afterwards. All in milliseconds. */
export interface EndingPolicy {
  /** From TERM to KILL. */
  readonly termGraceMs: number;
  /** After KILL: how long a process may take to vanish (it can hang in the kernel) before it is reported as left behind. */
  readonly killWaitMs: number;
  /** After a container's shell ended: how long what it left running may take to end by itself, before TERM. */
  readonly lingerMs: number;
  /** After all is ended: how long the log is still read when something unknown holds it open. */
  readonly drainMs: number;
}

export const ENDING_POLICY: EndingPolicy = { termGraceMs: 10_000, killWaitMs: 5_000, lingerMs: 1_000, drainMs: 1_000 };

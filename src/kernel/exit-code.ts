/** What a command's exit status means. A promise to scripts: changed only with a decision page. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  waiting: 3,
  verification: 4,
  partial: 5,
  refused: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

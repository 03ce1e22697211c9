import type { ConfigCode } from './config-codes.ts';

/** A place in a file, or what stands for one: `--set agents.linux.timeout` has no line (0). Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** `error`: nothing runs. `warning`: it runs, and you may regret it. `note`: said so that nothing is silent. */
export type Severity = 'error' | 'warning' | 'note';

/** One thing to say about the config. `happened` and `remedy` are whole sentences. */
export interface Finding extends Place {
  readonly severity: Severity;
  readonly happened: string;
  readonly remedy: string;
  readonly code: ConfigCode;
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };

/** Most severe first, then by file and place, so that a reader can work from the top. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort(
    (a, b) =>
      RANK[a.severity] - RANK[b.severity] ||
      (a.file === b.file ? 0 : a.file < b.file ? -1 : 1) ||
      a.line - b.line ||
      a.column - b.column ||
      (a.happened < b.happened ? -1 : 1),
  );
}

export const printPlace = ({ file, line, column }: Place): string => (line === 0 ? file : `${file}:${line}:${column}`);

/** `slipway.yaml:31:5: error: what happened. What to write instead. [CODE]` */
export const formatFinding = (finding: Finding): string =>
  `${printPlace(finding)}: ${finding.severity}: ${finding.happened} ${finding.remedy} [${finding.code}]`;

export const hasErrors = (findings: readonly Finding[]): boolean =>
  findings.some((finding) => finding.severity === 'error');

import type { ResolvedConfig, StepConfig } from '../config/resolved-config.ts';

/** What a release of the line goes through, in order. */
export const stepsOfLine = (config: ResolvedConfig, line: string): readonly StepConfig[] =>
  config.lines[line]?.steps ?? [];

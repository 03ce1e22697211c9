import type { ResolvedConfig } from '../config/resolved-config.ts';
import type { PlanContext } from './release-state.ts';

/** The config as the door has just read it, with what a resumed release needs to know of the place. */
export interface PlannedConfig {
  readonly config: ResolvedConfig;
  /** sha256 of the resolved config, overrides included, `alerts` left out. */
  readonly digest: string;
  readonly context: PlanContext;
}

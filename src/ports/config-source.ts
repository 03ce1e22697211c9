import type { ExplainedValue } from '../domain/config/explain.ts';
import type { Finding } from '../domain/config/finding.ts';
import type { ResolvedConfig } from '../domain/config/resolved-config.ts';
import type { Sha256 } from '../kernel/ids.ts';

export interface ConfigRequest {
  /** `--config`; without it the file is looked for in `cwd` and the folders above it. */
  readonly file?: string;
  readonly cwd: string;
  /** The environment: `SLIPWAY_AGENTS__LINUX__TIMEOUT=45m` overrides a scalar. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--set PATH=VALUE`, in order; they win over the environment. */
  readonly set?: readonly (readonly [path: string, value: string])[];
}

/** A file that the config was made from. */
export interface ConfigFile {
  /** As in messages: relative to `cwd` where that is shorter; `main:release/shared.yaml` for one read from git. */
  readonly file: string;
  readonly sha256: Sha256;
  /** The commit that was read, for one from git. */
  readonly commit?: string;
}

export interface LoadedConfig {
  /** undefined when a finding is an error. */
  readonly config: ResolvedConfig | undefined;
  /** What a plan records and approvals are bound to; undefined like `config`. */
  readonly digest: Sha256 | undefined;
  /** Everything there is to say, most severe first. */
  readonly findings: readonly Finding[];
  /** The main file first, then its includes. Empty when none was found. */
  readonly files: readonly ConfigFile[];
  /** Absolute path of the main file; undefined when none was found. */
  readonly path: string | undefined;
  /** Each value at or below a key path (all for ''), defaults included, and where it is from. */
  explain(path: string): readonly ExplainedValue[];
}

/** Reads `slipway.yaml`. Never throws for what is wrong in a file: that is a finding. */
export interface ConfigSource {
  load(request: ConfigRequest): Promise<LoadedConfig>;
  /** Compares the file on the branches of all lines (local git) and says where they differ, and which branch is missing. */
  drift(request: ConfigRequest, options: { readonly strict: boolean }): Promise<readonly Finding[]>;
}

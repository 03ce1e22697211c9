import type { Brand } from '../../kernel/brand.ts';
import type { JsonObject, JsonValue } from '../../kernel/json.ts';

/** `env:NAME`, `file:PATH`, `kube:SECRET/KEY`: where a secret is, never the secret. `file:` paths are absolute once resolved. */
export type SecretReference = Brand<string, 'SecretReference'>;

/**
 * `slipway.yaml` after defaults, `extends`, `include`, overrides and paths have been worked out. Plain JSON, recorded in the plan.
 * Templates (`${{ }}`) in values are still there: they are filled when their values exist.
 */
export interface ResolvedConfig {
  readonly version: 1;
  /** The folder of the config file, absolute: relative paths start here. In no digest. */
  readonly baseDir: string;
  readonly project: string;
  readonly timezone: string;
  readonly vars: Readonly<Record<string, string>>;
  readonly lines: Readonly<Record<string, LineConfig>>;
  readonly agents: Readonly<Record<string, AgentConfig>>;
  readonly sources: Readonly<Record<string, SourceConfig>>;
  readonly packages: Readonly<Record<string, PackageConfig>>;
  readonly signing: Readonly<Record<string, SigningConfig>>;
  readonly origin: OriginConfig;
  readonly repositories: Readonly<Record<string, RepositoryConfig>>;
  /** Channel -> repository -> path below the origin. */
  readonly channels: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly teams: Readonly<Record<string, readonly string[]>>;
  readonly gates: Readonly<Record<string, GateConfig>>;
  /** Written out: defaults filled in. Lines may have their own. */
  readonly steps: readonly StepConfig[];
  /** Every key path that was set by the environment or `--set`, with its value. */
  readonly overrides: Readonly<Record<string, JsonValue>>;
  /** Keys whose machinery does not exist yet: valid in `check`, refused by `plan` (`refuseNotYet`). In no digest. */
  readonly notYet: readonly NotYet[];
  /** What those keys say, by key path, without `alerts`: so that the digest covers it. */
  readonly later: JsonObject;
}

/** A key that is legal, and that this version cannot act on. */
export interface NotYet {
  readonly path: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `pods in a cluster`. */
  readonly needs: string;
  /** The lines that would need it. */
  readonly lines: readonly string[];
}

export interface LineConfig {
  readonly branch?: string;
  readonly versions: string;
  readonly channel: string;
  readonly gates: readonly string[];
  /** Package names of this line; all by default. */
  readonly packages: readonly string[];
  /** The line's own steps, else the file's, else the defaults. Always written out. */
  readonly steps: readonly StepConfig[];
}

export interface AgentConfig {
  readonly cluster?: string;
  readonly shell: 'sh' | 'bash' | 'powershell' | 'cmd';
  readonly timeoutMs: number;
  readonly startTimeoutMs: number;
  readonly retry: { readonly attempts: number; readonly delayMs: number; readonly maxDelayMs: number };
}

export type SourceConfig =
  | { readonly kind: 'path'; readonly path: string }
  | {
      readonly kind: 'url';
      readonly url: string;
      readonly sha256?: string;
      /** A URL, or a suffix to append to the source's. */
      readonly signature?: string;
      /** Path of the public key file. */
      readonly key?: string;
    }
  | { readonly kind: 'git'; readonly git: string; readonly ref?: string };

interface StepBase {
  readonly inputs: readonly string[];
  readonly env: Readonly<Record<string, string | SecretReference>>;
  readonly agent: string;
  readonly dir?: string;
  readonly timeoutMs: number;
  /** Attempts in all, when the agent fails; a command that fails is never run again. */
  readonly retryAttempts: number;
  readonly retryDelayMs: number;
  readonly retryMaxDelayMs: number;
  readonly idempotent: boolean;
}

export interface ContainerConfig {
  readonly name: string;
  readonly run: string;
  readonly env: Readonly<Record<string, string | SecretReference>>;
}

export type PackageConfig =
  | { readonly kind: 'from'; readonly from: string; readonly sign?: string }
  | (StepBase & {
      readonly kind: 'uses';
      readonly uses: 'deb' | 'tar' | 'zip';
      readonly with: PackageOptions;
      readonly sign?: string;
    })
  | (StepBase & {
      readonly kind: 'run';
      /** One container named `run` when the file has `run:`. */
      readonly containers: readonly ContainerConfig[];
      readonly outputs: readonly string[];
      readonly sign?: string;
    });

/** `with:` of deb, tar, zip. `files` maps a path below the work folder (`app/hello`) to where it goes. */
export interface PackageOptions {
  readonly name: string;
  /** Template; default the release's version, mapped to the format's own order. */
  readonly version?: string;
  readonly summary: string;
  readonly description?: string;
  readonly maintainer: string;
  readonly license?: string;
  readonly homepage?: string;
  readonly arch: string;
  readonly files: Readonly<Record<string, FileTarget>>;
  /** deb: depends, pre-depends, recommends, suggests, enhances, breaks, conflicts, provides, replaces: verbatim. */
  readonly relations: Readonly<Record<string, string>>;
  readonly section?: string;
  readonly priority?: string;
  readonly conffiles: readonly string[];
  /** deb: preinst, postinst, prerm, postrm -> path below the work folder. */
  readonly scripts: Readonly<Record<string, string>>;
  /** deb: unit files (paths below the work folder) installed, enabled and started as Debian does. */
  readonly systemd: readonly string[];
  readonly compression: 'gzip' | 'xz';
  /** tar, zip: the folder inside the archive everything lies in; default none. */
  readonly root?: string;
}

export interface FileTarget {
  readonly to: string;
  /** Octal as a number, e.g. 0o755. */
  readonly mode?: number;
  readonly owner?: string;
  readonly config?: boolean;
  readonly dir?: boolean;
  /** Target of a symbolic link. */
  readonly link?: string;
}

export type SigningConfig =
  | { readonly kind: 'key'; readonly key: SecretReference; readonly passphrase?: SecretReference }
  | { readonly kind: 'agent'; readonly fingerprint: string; readonly home?: string }
  | { readonly kind: 'command'; readonly command: string };

export interface OriginConfig {
  /** Absolute path of the origin tree; of an object store (`notYet`) its `s3://` URL. */
  readonly path: string;
  /** What users read; without it client files name `file:` and the path. */
  readonly public?: string;
}

export type RepositoryConfig =
  | {
      readonly type: 'apt';
      readonly sign: string;
      readonly layout: 'suites' | 'flat';
      readonly suite: string;
      readonly components: readonly string[];
      readonly keepMs: number;
    }
  | {
      readonly type: 'files';
      readonly sign: string;
      readonly latest: 'symlink' | 'redirect';
      readonly keepMs: number;
    };

export interface GateConfig {
  /** Logins and `team:NAME`. */
  readonly approvers: readonly string[];
  readonly min: number;
  readonly selfApproval: boolean;
  readonly expiresMs: number;
}

export type StepConfig =
  | { readonly uses: 'build' }
  | { readonly uses: 'stage'; readonly keepMs: number }
  | {
      readonly uses: 'verify';
      readonly view: 'staging' | 'live';
      /** Empty: all that are here. */
      readonly clients: readonly string[];
    }
  | { readonly uses: 'approve' }
  | {
      readonly uses: 'promote';
      readonly order: readonly string[];
      readonly deadlineMs: number;
      readonly onFailure: 'undo' | 'hold';
    }
  | (StepBase & {
      readonly uses: 'run';
      readonly id: string;
      readonly containers: readonly ContainerConfig[];
      readonly outputs: readonly string[];
      readonly if?: string;
      readonly continueOnError: boolean;
    });

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { EXIT } from '../../kernel/exit-code.ts';
import { isSha256, type Sha256 } from '../../kernel/ids.ts';
import { formatInstant, toInstant } from '../../kernel/instant.ts';
import { canonicalJson } from '../../kernel/json.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';

/**
 * A `generation.json` cannot be read: not JSON, not of a known schema, or it names another generation than its folder.
 * The origin was changed by hand or damaged. Bring the folder back from a backup; `slipway stage` makes a new generation.
 */
export class GenerationDamagedError extends SlipwayError {
  readonly code = 'SLIP_GENERATION_DAMAGED';
  override readonly exitCode = EXIT.refused;

  constructor(path: string, why: string, options?: ErrorOptions) {
    super(
      `${path} is not what Slipway wrote: ${why}.`,
      'Bring the file back from a backup of the origin, or remove that generation if it is not the current one, and stage again.',
      options,
    );
  }
}

const digest = z.string().refine(isSha256, 'not a sha256');
const instant = z.iso.datetime().transform((text) => toInstant(Date.parse(text)));
const digestsByPath = z.record(z.string(), digest);

const repositoryRecord = z.strictObject({
  type: z.enum(['apt', 'files']),
  /** Chunks of the list of packages, in order: `packages/<sha256>.json.gz` of this generation. */
  packages: z.array(digest),
  /** How many packages they hold. */
  count: z.int().nonnegative(),
  /** What `latest` names: a folder of this repository. */
  latest: z.string().optional(),
  /** Every file that was written for this generation, by path below the repository. */
  files: digestsByPath,
  /** Links of this generation: path below the repository -> target, relative as in symlink(2). */
  links: z.record(z.string(), z.string()),
  /** Index files of older generations, kept for clients in the middle of an update: folder -> digests, which are their names. */
  carried: z.record(z.string(), z.array(digest)),
  /** Files among `files` that name `base`. Everything else is the same under any host. */
  namesBase: z.array(z.string()),
});

const generationRecord = z.strictObject({
  schema: z.literal(1),
  channel: z.string(),
  number: z.int().positive(),
  parent: z.int().positive().nullable(),
  release: z.string(),
  date: instant,
  journal: z.strictObject({ id: z.string(), position: z.int().nonnegative() }),
  /** Where users find the origin: `https://pkg.example.org`, `file:/srv/public`; without a final slash. */
  base: z.string(),
  repositories: z.record(z.string(), repositoryRecord),
});

/** What one repository of a generation consists of. */
export type RepositoryRecord = z.output<typeof repositoryRecord>;
/** `generation.json` as a value. */
export type GenerationRecord = z.output<typeof generationRecord>;

/** The text of `generation.json`: canonical JSON and a newline, so that the same generation has the same digest. */
export const encodeGeneration = (record: GenerationRecord): string =>
  `${canonicalJson({ ...record, date: formatInstant(record.date) })}\n`;

/** The digest of `generation.json`: what a pointer's `before` and `after` name. */
export const generationDigest = (text: string): Sha256 => createHash('sha256').update(text).digest('hex') as Sha256;

/** @throws {GenerationDamagedError} naming `path` and what is wrong. */
export function decodeGeneration(text: string, path: string): GenerationRecord {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new GenerationDamagedError(path, 'it is not JSON', { cause });
  }
  const parsed = generationRecord.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new GenerationDamagedError(path, `${issue?.path.join('.') || 'it'}: ${issue?.message}`);
}

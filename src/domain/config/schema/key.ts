import { z } from 'zod';
import type { ConfigCode } from '../config-codes.ts';
import { layers } from './walk-schema.ts';

/** Why a written key cannot be acted on yet; `at` names the key inside the value that asks for it. */
export interface Later {
  readonly needs: string;
  readonly at?: string;
}

interface KeyFacts {
  /** Machinery that is still missing: always, or for some values. */
  readonly later?: string | ((value: unknown) => Later | undefined);
}

/** What Slipway knows about a key beside its shape. Kept apart from zod's own metadata, which goes into the JSON Schema. */
export const keyFacts = z.registry<KeyFacts>();

/** How the text of a scalar is told to a person: "is X. Write <write>." */
export interface ScalarKind {
  /** For the reference, in a word or two; default what stands in `write`. */
  readonly type?: string;
  readonly write: string;
  /** Default SLIP_CONFIG_VALUE. */
  readonly code?: ConfigCode;
  /** Never shown in a message, because it may be a secret. */
  readonly secret?: true;
  /** Names to suggest the nearest of. */
  readonly nearest?: 'time zone';
}

export const scalarKinds = z.registry<ScalarKind>();

/** A key of the config with its meaning (for the reference and editors) and, when nothing acts on it yet, what is missing. */
export function key<Schema extends z.ZodType>(schema: Schema, meaning: string, later?: KeyFacts['later']): Schema {
  const described = schema.describe(meaning);
  if (later !== undefined) keyFacts.add(described, { later });
  return described;
}

/** Whether values of this schema are references to secrets: then none of them is shown. */
export const isSecretSchema = (schema: z.core.$ZodType): boolean =>
  layers(schema).some((layer) => scalarKinds.get(layer as z.ZodType)?.secret === true);

import { z } from 'zod';
import type { JsonObject } from '../../kernel/json.ts';
import { configSchema } from './schema/config-schema.ts';
import { lineSchema } from './schema/line-schema.ts';

/** The name under which the schema of this version is published. */
const SCHEMA_ID = 'https://slipway.example/schema/v1.json';

/** What is needed may come from elsewhere: an editor must not ask for it when this file names that place. */
function requireUnless(key: string, schema: z.core.JSONSchema.BaseSchema, always: string[]): void {
  schema.if = { required: [key] };
  schema.else = { required: schema.required ?? [] };
  schema.required = always;
}

/** JSON Schema (draft 7, what editors' YAML support reads) of `slipway.yaml`, from the schema that checks it. */
export function configJsonSchema(): JsonObject {
  const schema = z.toJSONSchema(configSchema, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      // A key that belongs to other forms of the map: absent here.
      if (zodSchema instanceof z.ZodUndefined) jsonSchema.not = {};
      if (zodSchema === configSchema) requireUnless('include', jsonSchema, ['version']);
      if (zodSchema === lineSchema) requireUnless('extends', jsonSchema, []);
      // oneOf stops editors from completing; the forms are told apart by a key, so anyOf says the same.
      if (jsonSchema.oneOf !== undefined) {
        jsonSchema.anyOf = jsonSchema.oneOf;
        delete jsonSchema.oneOf;
      }
    },
  });
  return { ...(schema as JsonObject), $id: SCHEMA_ID, title: 'slipway.yaml, version 1' };
}

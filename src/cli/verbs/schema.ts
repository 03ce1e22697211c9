import { configJsonSchema } from '../../domain/config/config-json-schema.ts';
import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';
import type { CliContext } from '../context.ts';
import { toJson } from '../output/print-json.ts';

export async function run({ terminal }: CliContext): Promise<ExitCode> {
  terminal.out(toJson(configJsonSchema(), 2));
  return EXIT.done;
}

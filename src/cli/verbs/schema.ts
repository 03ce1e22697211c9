import { configJsonSchema } from '../../domain/config/config-json-schema.ts';
import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';
import type { CliContext } from '../context.ts';

export async function run({ terminal }: CliContext): Promise<ExitCode> {
  terminal.out(JSON.stringify(configJsonSchema(), null, 2));
  return EXIT.done;
}

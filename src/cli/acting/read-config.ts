import type { PlannedConfig } from '../../domain/release/planned-config.ts';
import type { CliContext } from '../context.ts';

/** The config as it is now, for the line that is about to be released. Warnings are printed, errors thrown. */
export async function readConfig(
  context: CliContext,
  options: { readonly line?: string; readonly branch?: string },
): Promise<PlannedConfig> {
  return await context.parts.readConfig(context, options, (warning) => context.terminal.err(warning));
}

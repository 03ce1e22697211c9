import { formatFinding } from '../../domain/config/finding.ts';
import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';
import type { CliContext } from '../context.ts';
import { paint } from '../output/paint.ts';
import { printJson } from '../output/print-json.ts';
import { oneLine } from '../output/printable.ts';
import { type OptionValues, text } from '../verb.ts';

export async function run(context: CliContext, _args: readonly string[], options: OptionValues): Promise<ExitCode> {
  const strict = options['strict'] === true;
  const loaded = await context.parts.loadConfig(context);
  const drift = loaded.config === undefined ? [] : await context.parts.configDrift(context, strict);
  const findings = [...loaded.findings, ...drift];
  const isWrong = findings.some(
    (finding) => finding.severity === 'error' || (strict && finding.severity === 'warning'),
  );
  const exit = isWrong ? EXIT.usage : EXIT.done;
  const explained = text(options['explain']);
  const values = explained === undefined ? [] : loaded.explain(explained);
  const { terminal } = context;
  if (context.output === 'json') {
    printJson(terminal, { exit, findings, files: loaded.files, digest: loaded.digest ?? null, values });
    return exit;
  }
  const color = paint(terminal.hasColor);
  for (const finding of findings) {
    const line = oneLine(formatFinding(finding));
    terminal.out(
      finding.severity === 'error' ? color.red(line) : finding.severity === 'warning' ? color.yellow(line) : line,
    );
  }
  for (const value of values) terminal.out(oneLine(`${value.path}: ${JSON.stringify(value.value)}  (${value.from})`));
  if (explained !== undefined && values.length === 0 && !isWrong) terminal.out(`Nothing is set at ${explained}.`);
  if (!isWrong && explained === undefined) {
    terminal.out(
      `${loaded.files[0]?.file ?? 'slipway.yaml'}: ${findings.length === 0 ? 'no findings' : 'no errors'}, digest ${loaded.digest?.slice(0, 12) ?? '-'}`,
    );
  }
  return exit;
}

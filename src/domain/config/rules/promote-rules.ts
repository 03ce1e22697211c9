import type { DerivedConfig } from '../derive-defaults.ts';
import type { KeyPath } from '../key-path.ts';
import type { StepDocument } from '../schema/config-schema.ts';
import { error, isCut, isWritten, type RuleContext, stepLists } from './rule-context.ts';

type Promote = Extract<StepDocument, { uses: 'promote' }>;

/** `promote.order`: complete, each once, what cannot be undone last, what one pointer moves together. */
export function checkPromotes(context: RuleContext): void {
  for (const { path, steps, lines } of stepLists(context))
    for (const [index, step] of steps.entries()) {
      if (step.uses !== 'promote' || isCut(context, [...path, index])) continue;
      const at = [...path, index, 'with', 'order'];
      if (step.with.order !== undefined) {
        checkEachOnce(context, at, step.with.order);
        checkIrreversibleLast(context, at, step.with.order);
        for (const line of lines) checkComplete(context, at, step.with.order, line);
      }
      for (const line of lines) checkTogether(context, at, line);
      checkUndoPossible(context, [...path, index, 'with', 'onFailure'], step, lines);
    }
}

function checkEachOnce(context: RuleContext, at: KeyPath, order: readonly string[]): void {
  for (const [index, name] of order.entries())
    if (order.indexOf(name) !== index)
      error(context, {
        code: 'SLIP_CONFIG_ORDER',
        path: [...at, index],
        happened: `promote.order names ${name} twice.`,
        remedy: 'Keep one.',
      });
}

const isFinal = (config: DerivedConfig, name: string): boolean => config.repositories[name]?.undo === 'none';

function checkIrreversibleLast(context: RuleContext, at: KeyPath, order: readonly string[]): void {
  for (const [index, name] of order.entries()) {
    const after = order
      .slice(index + 1)
      .find((later) => context.config.repositories[later] !== undefined && !isFinal(context.config, later));
    if (isFinal(context.config, name) && after !== undefined)
      error(context, {
        code: 'SLIP_CONFIG_ORDER',
        path: [...at, index],
        happened: `promote.order has ${name} (undo: none) before ${after}.`,
        remedy: `Move ${name} to the end.`,
      });
  }
}

function checkComplete(context: RuleContext, at: KeyPath, order: readonly string[], line: string): void {
  const channel = context.document.lines[line]?.channel ?? '';
  for (const name of Object.keys(context.document.channels[channel] ?? {}))
    if (!order.includes(name))
      error(context, {
        code: 'SLIP_CONFIG_ORDER',
        path: at,
        happened: `promote.order leaves out ${name}, which channel ${channel} (line ${line}) has.`,
        remedy: `Add ${name}.`,
      });
}

const IN_TREE = new Set(['apt', 'rpm', 'files']);

/** On disk one pointer moves all of a channel's apt, rpm and files: nothing else can stand between them. */
function checkTogether(context: RuleContext, at: KeyPath, line: string): void {
  if (context.document.origin.url.startsWith('s3:') || !isWritten(context, at)) return;
  const order = promoteOf(context, line)?.with.order ?? [];
  const inTree = order.map((name) => IN_TREE.has(context.document.repositories[name]?.type ?? ''));
  const [first, last] = [inTree.indexOf(true), inTree.lastIndexOf(true)];
  const between = order.find((_, index) => index > first && index < last && inTree[index] === false);
  if (between === undefined) return;
  error(context, {
    code: 'SLIP_CONFIG_ORDER',
    path: at,
    happened: `promote.order has ${between} between ${order[first]} and ${order[last]}, which one pointer moves together.`,
    remedy: `Move ${between} before ${order[first]} or behind ${order[last]}.`,
  });
}

const promoteOf = (context: RuleContext, line: string): Promote | undefined =>
  context.config.lines[line]?.steps.find((step): step is Promote => step.uses === 'promote');

/** `onFailure: undo` is a promise; past the pivot nobody can keep it. */
function checkUndoPossible(context: RuleContext, at: KeyPath, step: Promote, lines: readonly string[]): void {
  if (step.with.onFailure !== 'undo' || !isWritten(context, at)) return;
  for (const line of lines) {
    const first = promoteOf(context, line)?.with.order?.[0];
    if (first === undefined || !isFinal(context.config, first)) continue;
    error(context, {
      code: 'SLIP_CONFIG_UNDO',
      path: at,
      happened: `promote.onFailure is undo, but line ${line} begins with ${first} (undo: none): nothing could be taken back.`,
      remedy: 'Write onFailure: hold.',
    });
  }
}

import { printPath } from '../key-path.ts';
import type { StepDocument } from '../schema/config-schema.ts';
import { packageFormats } from './package-formats.ts';
import { error, isCut, type RuleContext, type StepList, stepLists, warning } from './rule-context.ts';

const ORDER = ['build', 'stage', 'verify', 'approve', 'mirrors', 'promote', 'verify'] as const;

/** Steps: what a release goes through, in the one order that is safe. */
export function checkSteps(context: RuleContext): void {
  for (const list of stepLists(context)) {
    // A misspelt "uses" is told already; what it would have been is not missing.
    if (!list.steps.some((_, index) => isCut(context, [...list.path, index, 'uses']))) {
      checkOrder(context, list);
      checkNeeded(context, list);
    }
    checkIds(context, list);
    checkClients(context, list);
  }
  checkGatesWaitedFor(context);
}

/** The `uses` as a walk along ORDER: each may be left out, none may come back. */
function checkOrder(context: RuleContext, { path, steps }: StepList): void {
  let at = -1;
  for (const [index, step] of steps.entries()) {
    if (step.uses === undefined) continue;
    const next = ORDER.findIndex((uses, place) => place > at && uses === step.uses && fitsView(step, place));
    if (next < 0) {
      const twice = ORDER.slice(0, at + 1).includes(step.uses);
      error(context, {
        code: 'SLIP_CONFIG_STEPS',
        path: [...path, index],
        happened:
          twice && step.uses === ORDER[at]
            ? `"${step.uses}" comes twice.`
            : `"${said(step)}" comes after "${ORDER[at] ?? ''}".`,
        remedy: `Keep the order ${ORDER.join(', ')}.`,
      });
      continue;
    }
    at = next;
  }
}

/** Staging is verified before promote, live after it. */
const fitsView = (step: StepDocument, place: number): boolean =>
  step.uses !== 'verify' || (step.with.view === 'staging') === (place === ORDER.indexOf('verify'));

const said = (step: StepDocument): string =>
  step.uses === 'verify' ? `verify (${step.with.view})` : String(step.uses);

function checkNeeded(context: RuleContext, { path, steps }: StepList): void {
  for (const uses of ['build', 'stage', 'promote'] as const)
    if (!steps.some((step) => step.uses === uses))
      error(context, {
        code: 'SLIP_CONFIG_STEPS',
        path,
        of: 'key',
        happened: `${printPath(path)} has no "uses: ${uses}".`,
        remedy: `Add it, in the order ${ORDER.join(', ')}.`,
      });
  if (!steps.some((step) => step.uses === 'verify' && step.with.view === 'staging'))
    warning(context, {
      code: 'SLIP_CONFIG_STEPS',
      path,
      of: 'key',
      happened: `${printPath(path)} never verifies staging: nobody has installed what would be promoted.`,
      remedy: 'Add { uses: verify, with: { view: staging } } before promote.',
    });
}

/** Own steps have an id, one that nothing else of the run has. */
function checkIds(context: RuleContext, { path, steps }: StepList): void {
  const seen = new Set<string>([...ORDER, 'run']);
  for (const [index, step] of steps.entries()) {
    if (step.uses !== undefined) continue;
    const at = [...path, index];
    if (step.id === undefined) {
      if (step.run !== undefined || step.containers !== undefined)
        error(context, {
          code: 'SLIP_CONFIG_MISSING',
          path: at,
          happened: `${printPath(at)} has no "id".`,
          remedy: 'Add a name, such as id: announce.',
        });
      continue;
    }
    const isPackage = Object.hasOwn(context.document.packages, step.id);
    if (seen.has(step.id) || isPackage)
      error(context, {
        code: 'SLIP_CONFIG_NAME_TWICE',
        path: [...at, 'id'],
        happened: `The id "${step.id}" is also that of ${isPackage ? 'a package' : 'another step'}.`,
        remedy: 'Write another id.',
      });
    seen.add(step.id);
  }
}

/** Which format a client installs, by its name or that of its image. */
const CLIENT_FORMATS: readonly (readonly [client: RegExp, format: string])[] = [
  [/^(apt|([a-z0-9./:-]*\/)?(debian|ubuntu)(:.*)?)$/, 'deb'],
  [/^(dnf|zypper|([a-z0-9./:-]*\/)?(almalinux|rockylinux|fedora|centos|amazonlinux|leap|tumbleweed)(:.*)?)$/, 'rpm'],
  [/^windows(:.*)?$/, 'msi'],
];

function checkClients(context: RuleContext, { path, steps, lines }: StepList): void {
  for (const [index, step] of steps.entries()) {
    if (step.uses !== 'verify') continue;
    for (const [item, client] of (step.with.clients ?? []).entries()) {
      const format = CLIENT_FORMATS.find(([pattern]) => pattern.test(client))?.[1];
      if (format === undefined || lines.length === 0) continue;
      const names = lines.flatMap((line) => context.config.lines[line]?.packages ?? []);
      const formats = names.map((name) => packageFormats(context.document, name));
      if (formats.some((known) => known.size === 0 || known.has(format))) continue;
      error(context, {
        code: 'SLIP_CONFIG_CLIENT',
        path: [...path, index, 'with', 'clients', item],
        happened: `"${client}" installs ${format}, and no package of ${lines.map((line) => `line ${line}`).join(', ')} is one.`,
        remedy: 'Remove it, or add a package of that format.',
      });
    }
  }
}

function checkGatesWaitedFor(context: RuleContext): void {
  for (const [name, line] of Object.entries(context.config.lines))
    if (line.gates.length > 0 && !line.steps.some((step) => step.uses === 'approve'))
      error(context, {
        code: 'SLIP_CONFIG_GATE',
        path: ['lines', name, 'gates'],
        happened: `lines.${name} has gates, but no step waits for them.`,
        remedy: 'Add the step { uses: approve } before promote.',
      });
}

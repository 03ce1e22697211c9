import { printPath } from '../key-path.ts';
import { nearestKey } from '../nearest-key.ts';
import { findCycles } from './find-cycle.ts';
import { packageFormats } from './package-formats.ts';
import { error, isCut, namesOf, type RuleContext, warning } from './rule-context.ts';

/** Packages: inputs, outputs, what they hold, and whether anybody can get them. */
export function checkPackages(context: RuleContext): void {
  checkInputs(context);
  checkCycles(context);
  checkFiles(context);
  checkOutputs(context);
  checkSameName(context);
  checkLinePackages(context);
  checkReachable(context);
}

/** A name that is a source and a package is only clear when the package is that source. */
function checkInputs(context: RuleContext): void {
  const sources = namesOf(context, 'sources');
  const packages = context.document.packages;
  for (const [name, item] of Object.entries(packages))
    for (const [index, input] of item.inputs.entries()) {
      const path = ['packages', name, 'inputs', index];
      if (item.inputs.indexOf(input) !== index)
        error(context, {
          code: 'SLIP_CONFIG_NAME_TWICE',
          path,
          happened: `packages.${name}.inputs names "${input}" twice.`,
          remedy: 'Keep one.',
        });
      else if (sources.has(input) && packages[input] !== undefined && packages[input].from !== input)
        error(context, {
          code: 'SLIP_CONFIG_NAME_TWICE',
          path,
          happened: `packages.${name}.inputs names "${input}", which is a source and a package.`,
          remedy: 'Rename one of them.',
        });
    }
}

function checkCycles(context: RuleContext): void {
  const packages = context.document.packages;
  const edges = new Map(
    Object.entries(packages).map(([name, item]) => [
      name,
      // A package that takes a source of its own name does not need itself.
      item.from === undefined ? item.inputs.filter((input) => Object.hasOwn(packages, input)) : [],
    ]),
  );
  for (const cycle of findCycles(edges)) {
    const [from = '', to = ''] = cycle.slice(-2);
    error(context, {
      code: 'SLIP_CONFIG_CYCLE',
      path: ['packages', from, 'inputs', packages[from]?.inputs.indexOf(to) ?? 0],
      happened: `Packages need each other in a circle: ${cycle.join(' needs ')}.`,
      remedy: 'Take one input out.',
    });
  }
}

/** `files: { app/hello: ... }`: the first part names an input. */
function checkFiles(context: RuleContext): void {
  for (const [name, item] of Object.entries(context.document.packages)) {
    if (item.uses === undefined || item.uses === 'msi' || hasUnknownInput(context, name)) continue;
    const files = Object.entries(item.with.files);
    for (const [from, target] of files) {
      const path = ['packages', name, 'with', 'files', from];
      if (from.startsWith('/') || from.split('/').includes('..'))
        error(context, {
          code: 'SLIP_CONFIG_PATH',
          path,
          of: 'key',
          happened: `${JSON.stringify(from)} leaves the work folder of packages.${name}.`,
          remedy: 'Write a path that begins with the name of an input.',
        });
      else if (!isMade(target) && !item.inputs.includes(from.split('/')[0] ?? ''))
        tellInput(context, name, from, item.inputs);
    }
    if (files.length === 0 && !isCut(context, ['packages', name, 'with']))
      warning(context, {
        code: 'SLIP_CONFIG_MISSING',
        path: ['packages', name],
        of: 'key',
        happened: `packages.${name} has no files: the package would be empty.`,
        remedy: 'Add with.files, such as { app/hello: /usr/bin/hello }.',
      });
  }
}

/** Then the names in `files` may well be right, and the input wrong: that is told already. */
const hasUnknownInput = (context: RuleContext, name: string): boolean =>
  isCut(context, ['packages', name, 'inputs']) ||
  (context.document.packages[name]?.inputs ?? []).some(
    (input) => !namesOf(context, 'sources').has(input) && !namesOf(context, 'packages').has(input),
  );

const isMade = (target: unknown): boolean =>
  typeof target === 'object' && target !== null && ('dir' in target || 'link' in target);

function tellInput(context: RuleContext, name: string, from: string, inputs: readonly string[]): void {
  const first = from.split('/')[0] ?? '';
  const near = nearestKey(first, inputs);
  const remedy =
    near !== undefined
      ? `Write "${[near, ...from.split('/').slice(1)].join('/')}".`
      : namesOf(context, 'sources').has(first) || namesOf(context, 'packages').has(first)
        ? `Add ${first} to its inputs.`
        : `Begin with the name of an input${inputs.length === 0 ? ', and add it to inputs' : `: ${inputs.join(', ')}`}.`;
  error(context, {
    code: 'SLIP_CONFIG_UNKNOWN_NAME',
    path: ['packages', name, 'with', 'files', from],
    of: 'key',
    happened: `packages.${name} takes ${JSON.stringify(from)}, but "${first}" is not among its inputs.`,
    remedy,
  });
}

function checkOutputs(context: RuleContext): void {
  for (const [name, item] of Object.entries(context.document.packages)) {
    const script = item.run !== undefined || item.containers !== undefined;
    if (script && item.outputs === undefined && !isCut(context, ['packages', name, 'outputs']))
      error(context, {
        code: 'SLIP_CONFIG_MISSING',
        path: ['packages', name],
        of: 'key',
        happened: `packages.${name} runs a script and has no "outputs".`,
        remedy: 'Add globs of the files to keep, such as outputs: ["out/*.deb"].',
      });
    for (const [index, output] of (item.outputs ?? []).entries())
      if (item.outputs?.indexOf(output) !== index)
        error(context, {
          code: 'SLIP_CONFIG_NAME_TWICE',
          path: ['packages', name, 'outputs', index],
          happened: `packages.${name}.outputs has ${JSON.stringify(output)} twice.`,
          remedy: 'Keep one.',
        });
  }
}

/** Built-in packages of one format, name and architecture have one file name. */
function checkSameName(context: RuleContext): void {
  const first = new Map<string, string>();
  for (const [name, item] of Object.entries(context.config.packages)) {
    if (item.uses === undefined) continue;
    const file = `${item.uses} "${item.with.name ?? ''}" for ${item.with.arch}`;
    const key = `${file} ${item.with.version ?? ''}`;
    const other = first.get(key);
    if (other === undefined) first.set(key, name);
    else
      error(context, {
        code: 'SLIP_CONFIG_SAME_OUTPUT',
        path: ['packages', name],
        of: 'key',
        happened: `packages.${other} and packages.${name} both make the ${file}.`,
        remedy: `Give packages.${name} another with.name or with.arch.`,
      });
  }
}

/** A line that leaves out what its packages are made of could never build them. */
function checkLinePackages(context: RuleContext): void {
  for (const [line, { packages }] of Object.entries(context.document.lines))
    for (const [index, name] of (packages ?? []).entries()) {
      const needs = context.document.packages[name]?.inputs.filter((input) => input in context.document.packages) ?? [];
      for (const needed of needs.filter((input) => !packages?.includes(input)))
        error(context, {
          code: 'SLIP_CONFIG_MISSING',
          path: ['lines', line, 'packages', index],
          happened: `lines.${line}.packages has "${name}", which needs "${needed}", and leaves that out.`,
          remedy: `Add "${needed}".`,
        });
    }
}

/** A package goes to repositories of its format, and to those of type files. */
function checkReachable(context: RuleContext): void {
  const needed = new Set(Object.values(context.document.packages).flatMap((item) => item.inputs));
  for (const [line, { packages, channel }] of Object.entries(context.config.lines)) {
    const types = Object.keys(context.document.channels[channel] ?? {}).map(
      (name) => context.document.repositories[name]?.type,
    );
    if (types.includes(undefined) || context.document.channels[channel] === undefined) continue;
    for (const name of packages) {
      const formats = packageFormats(context.document, name);
      const fits =
        types.includes('files') ||
        types.includes('command') ||
        formats.size === 0 ||
        (formats.has('deb') && types.includes('apt')) ||
        (formats.has('rpm') && types.includes('rpm'));
      if (fits || needed.has(name) || context.document.packages[name] === undefined) continue;
      const tell = context.document.watch === undefined ? warning : error;
      tell(context, {
        code: 'SLIP_CONFIG_NOWHERE',
        path: ['packages', name],
        of: 'key',
        happened: `No repository of channel ${channel} (line ${line}) takes ${printPath(['packages', name])} (${[...formats].join(', ')}).`,
        remedy: 'Add one of its type, or one of type files, to the channel.',
      });
    }
  }
}

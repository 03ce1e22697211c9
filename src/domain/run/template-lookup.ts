import type { StepId } from '../../kernel/ids.ts';
import type { Lookup } from '../template/fill-template.ts';
import type { PlannedRun } from './run-plan.ts';
import type { StepResult } from './step-result.ts';

/** The values of config 4's paths for one run. `resultOf` gives what a finished step left. */
export function templateLookup(plan: PlannedRun, resultOf: (step: StepId) => StepResult | undefined): Lookup {
  const fixed: Readonly<Record<string, string>> = {
    project: plan.project,
    version: plan.version,
    line: plan.line,
    channel: plan.channel,
    'release.id': plan.release,
    'release.revision': String(plan.revision),
  };
  return (path) => {
    const value = Object.hasOwn(fixed, path) ? fixed[path] : undefined;
    if (value !== undefined) return { value };
    const [head = '', name = '', ...rest] = path.split('.');
    if (head === 'vars') return given(plan.vars, path.slice('vars.'.length), `vars.${name} is not set`);
    if (head === 'env')
      return given(
        plan.environment,
        path.slice('env.'.length),
        `the environment had no ${name} when the run was planned`,
      );
    const result = resultOf(name as StepId);
    if (head === 'packages') return packageValue(name, rest.join('.'), result);
    if (head === 'steps' && rest[0] === 'outputs') {
      if (result === undefined) return { missing: `step ${name} has not run` };
      const key = rest.slice(1).join('.');
      return given(result.values, key, `step ${name} has not written ${key} to SLIPWAY_OUTPUT`);
    }
    return { missing: `${path} is no path a template can name` };
  };
}

const given = (values: Readonly<Record<string, string>>, key: string, missing: string): ReturnType<Lookup> => {
  const value = Object.hasOwn(values, key) ? values[key] : undefined;
  return value === undefined ? { missing } : { value };
};

function packageValue(name: string, key: string, result: StepResult | undefined): ReturnType<Lookup> {
  if (result === undefined) return { missing: `package ${name} is not built by this line` };
  const [file, ...others] = result.files;
  if (file === undefined || others.length > 0)
    return { missing: `package ${name} has ${result.files.length} files, not one` };
  if (key === 'sha256') return { value: file.sha256 };
  if (key === 'file') return { value: file.fileName };
  return { missing: `packages.${name}.${key} is no path a template can name` };
}

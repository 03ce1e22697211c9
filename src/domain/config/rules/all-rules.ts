import type { PathFinding } from '../path-finding.ts';
import { checkAgents } from './agent-rules.ts';
import { checkAlerts } from './alert-rules.ts';
import { checkDebs } from './deb-rules.ts';
import { checkForms } from './form-rules.ts';
import { checkGates } from './gate-rules.ts';
import { checkLines } from './line-rules.ts';
import { checkPackages } from './package-rules.ts';
import { checkPodLint } from './pod-lint.ts';
import { checkPromotes } from './promote-rules.ts';
import { checkReferences } from './reference-rules.ts';
import { checkRepositories } from './repository-rules.ts';
import type { Rule, RuleContext } from './rule-context.ts';
import { checkSecrets } from './secret-rules.ts';
import { checkServer } from './server-rules.ts';
import { checkSteps } from './step-rules.ts';
import { checkTemplates } from './template-rules.ts';
import { checkValues } from './value-rules.ts';

const RULES: readonly Rule[] = [
  checkForms,
  checkReferences,
  checkValues,
  checkLines,
  checkPackages,
  checkDebs,
  checkSteps,
  checkPromotes,
  checkRepositories,
  checkGates,
  checkAgents,
  checkPodLint,
  checkServer,
  checkAlerts,
  checkSecrets,
  checkTemplates,
];

/** All rules across keys (`config.md` 7); each tells everything it finds. */
export function checkRules(seen: Omit<RuleContext, 'findings'>): readonly PathFinding[] {
  const findings: PathFinding[] = [];
  for (const rule of RULES) rule({ ...seen, findings });
  return findings;
}

import { suggest } from '../nearest-key.ts';
import { ALERT_EVENTS } from './alert-events.ts';
import { findCycles } from './find-cycle.ts';
import { error, isCut, note, type RuleContext, warning } from './rule-context.ts';

/** Alerts: whether somebody would be told. */
export function checkAlerts(context: RuleContext): void {
  const { alerts } = context.document;
  if (isCut(context, ['alerts'])) return;
  if (alerts === undefined) {
    note(context, {
      code: 'SLIP_CONFIG_NOBODY_TOLD',
      path: [],
      happened: 'There are no alerts: nobody will be told of an error.',
      remedy: 'Look at "slipway status" yourself.',
    });
    return;
  }
  checkFallbacks(context, alerts);
  checkEvents(context, alerts);
  if (
    !alerts.routes.some(
      (route) =>
        route.severity !== 'critical' && route.lines === undefined && route.on.some((event) => matchesError(event)),
    )
  )
    warning(context, {
      code: 'SLIP_CONFIG_NOBODY_TOLD',
      path: ['alerts'],
      of: 'key',
      happened: 'No route takes every error to a receiver: nobody will be told of some.',
      remedy: 'Add a route such as { severity: error, to: [oncall] }.',
    });
}

type Alerts = NonNullable<RuleContext['document']['alerts']>;

const matchesError = (event: string): boolean => event === '*';

function checkFallbacks(context: RuleContext, { receivers }: Alerts): void {
  const edges = new Map(
    Object.entries(receivers).map(([name, { fallback }]) => [name, fallback === undefined ? [] : [fallback]]),
  );
  for (const cycle of findCycles(edges))
    error(context, {
      code: 'SLIP_CONFIG_CYCLE',
      path: ['alerts', 'receivers', cycle[0] ?? '', 'fallback'],
      happened: `Receivers fall back to each other in a circle: ${cycle.join(' to ')}.`,
      remedy: 'Take one fallback out.',
    });
}

function checkEvents(context: RuleContext, { routes }: Alerts): void {
  for (const [index, route] of routes.entries())
    for (const [item, event] of route.on.entries()) {
      const pattern = new RegExp(`^${event.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[a-z.]*')}$`);
      if (ALERT_EVENTS.some((known) => pattern.test(known))) continue;
      error(context, {
        code: 'SLIP_CONFIG_UNKNOWN_NAME',
        path: ['alerts', 'routes', index, 'on', item],
        happened: `alerts.routes[${index}].on names "${event}", which is no event.`,
        remedy: suggest(event, ALERT_EVENTS),
      });
    }
}

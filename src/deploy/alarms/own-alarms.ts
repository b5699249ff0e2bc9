import type { Alarm } from '../alarm.ts';
import type { Deployment } from '../deployment.ts';
import { ownMetric } from '../metrics.ts';
import { DUE, SWITCHES } from './due-alarms.ts';
import { FOUND, INVALID } from './found-alarms.ts';

/** What the handlers themselves count, where it means that a person should look. */
export function ownAlarms(deployment: Pick<Deployment, 'service' | 'stage' | 'functions'>): Alarm[] {
  return [...DUE, ...SWITCHES, ...INVALID, ...FOUND]
    .filter(({ of }) => of === undefined || deployment.functions.some(({ name }) => name === of))
    .map(({ metric, dimensions, statistic = 'Sum', missing = 'notBreaching', of: _, ...alarm }) => ({
      ...alarm,
      missing,
      measure: { metric: ownMetric(deployment, metric, dimensions), statistic },
    }));
}

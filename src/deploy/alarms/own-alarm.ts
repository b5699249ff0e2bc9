import type { Metric as OwnMetric } from '../../ports.ts';
import type { Alarm, Statistic } from '../alarm.ts';

/** An alarm on what the handlers count; without `statistic` the sum, without `missing`: nothing counted, nothing wrong. */
export type OwnAlarm = Omit<Alarm, 'measure' | 'missing' | 'condition'> & {
  metric: OwnMetric;
  dimensions?: Record<string, string>;
  statistic?: Statistic;
  missing?: Alarm['missing'];
  /** The function that counts it, where it makes no sense without. */
  of?: string;
};

/** Seconds. */
export const QUARTER = 900;
export const HOUR = 3_600;
export const DAY = 86_400;

/** One period is enough. */
export const AT_ONCE = { atLeast: 1, of: 1 };

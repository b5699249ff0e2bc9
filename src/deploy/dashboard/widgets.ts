import type { Metric as OwnMetric } from '../../ports.ts';
import type { Statistic } from '../alarm.ts';
import type { Deployment } from '../deployment.ts';
import { type Metric, ownMetric } from '../metrics.ts';

export type Line =
  | {
      metric: Metric;
      statistic: Statistic | 'p50' | 'Average';
      label: string;
      /** For expressions to name it by. */
      id?: string;
      hidden?: true;
    }
  | { expression: string; id: string; label?: string };

export interface Graph {
  title: string;
  /** At the axis, e.g. `seconds`. */
  unit: string;
  lines: readonly Line[];
  /** Where the alarms are. */
  limits?: readonly { at: number; label: string }[];
  stacked?: boolean;
}

/** Graphs side by side, 2 to 4 of them. */
export interface Row {
  title: string;
  graphs: readonly Graph[];
}

/** How often the handlers counted something. */
export function ownLine(deployment: Deployment, metric: OwnMetric, label: string = metric): Line {
  return { metric: ownMetric(deployment, metric), statistic: 'Sum', label };
}

import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Fields, Metric, Observer } from '../ports.ts';

/** Structured logs, and metrics in CloudWatch's embedded format. Call `flush` at the end of each invocation. */
export class PowertoolsObserver implements Observer {
  private readonly logger = new Logger();
  private readonly metrics = new Metrics();
  private counted = false;

  info(message: string, fields: Fields): void {
    this.logger.info(message, fields);
  }

  warn(message: string, fields: Fields): void {
    this.logger.warn(message, fields);
  }

  error(message: string, fields: Fields): void {
    this.logger.error(message, fields);
  }

  count(metric: Metric, value = 1, dimensions?: Readonly<Record<string, string>>): void {
    const unit = unitOf(metric);
    this.counted = true;
    this.metrics.addMetric(metric, unit, value);
    if (dimensions === undefined) return;
    // Dimensions belong to all metrics of a document, so these have one of their own, which leaves at once.
    const single = this.metrics.singleMetric();
    for (const [name, text] of Object.entries(dimensions)) single.addDimension(name, text);
    single.addMetric(metric, unit, value);
  }

  flush(): void {
    // Most invocations count nothing, and the library would warn of that.
    if (this.counted) this.metrics.publishStoredMetrics();
    this.counted = false;
  }
}

/** The unit is the last word of the name. */
function unitOf(metric: Metric) {
  if (metric.endsWith('Seconds')) return MetricUnit.Seconds;
  return metric.endsWith('Percent') ? MetricUnit.Percent : MetricUnit.Count;
}

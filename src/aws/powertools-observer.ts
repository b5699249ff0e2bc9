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

  count(metric: Metric, value = 1): void {
    this.counted = true;
    this.metrics.addMetric(
      metric,
      metric === 'LatenessSeconds' ? MetricUnit.Seconds : MetricUnit.Count,
      value,
    );
  }

  flush(): void {
    // Most invocations count nothing, and the library would warn of that.
    if (this.counted) this.metrics.publishStoredMetrics();
    this.counted = false;
  }
}

import type { Metric, Observer } from '../../../src/ports.ts';

/** Counts, and forgets everything else. */
export class CountingObserver implements Observer {
  private readonly counts = new Map<Metric, number>();

  info(): void {}
  warn(): void {}
  error(): void {}

  count(metric: Metric, value = 1): void {
    this.counts.set(metric, this.counted(metric) + value);
  }

  counted(metric: Metric): number {
    return this.counts.get(metric) ?? 0;
  }
}

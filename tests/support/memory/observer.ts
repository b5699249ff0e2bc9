import type { Fields, Metric, Observer } from '../../../src/ports.ts';

type Dimensions = Readonly<Record<string, string>>;

export interface Entry {
  level: 'info' | 'warn' | 'error';
  message: string;
  fields: Fields;
}

/** Keeps everything that it is told. */
export class MemoryObserver implements Observer {
  readonly entries: Entry[] = [];
  private readonly counts = new Map<Metric, number>();
  private readonly samples: { metric: Metric; value: number; dimensions: Dimensions }[] = [];

  info(message: string, fields: Fields): void {
    this.entries.push({ level: 'info', message, fields });
  }

  warn(message: string, fields: Fields): void {
    this.entries.push({ level: 'warn', message, fields });
  }

  error(message: string, fields: Fields): void {
    this.entries.push({ level: 'error', message, fields });
  }

  count(metric: Metric, value = 1, dimensions: Dimensions = {}): void {
    this.samples.push({ metric, value, dimensions });
    this.counts.set(metric, this.counted(metric) + value);
  }

  /** The sum of what was counted under this name. */
  counted(metric: Metric): number {
    return this.counts.get(metric) ?? 0;
  }

  /** Each value that was counted under this name, with its dimensions, in order. */
  valuesOf(metric: Metric): [number, Dimensions][] {
    return this.samples.flatMap((one) => (one.metric === metric ? [[one.value, one.dimensions]] : []));
  }

  /** The entries of a level. */
  at(level: Entry['level']): Entry[] {
    return this.entries.filter((entry) => entry.level === level);
  }
}

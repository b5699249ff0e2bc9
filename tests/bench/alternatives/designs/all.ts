import type { Design } from '../design.ts';
import { DueIndex } from './due-index.ts';
import { Ours } from './ours.ts';
import { SchedulePerWrite } from './schedule-per-write.ts';
import { Sweep } from './sweep.ts';
import { TimeToLive } from './time-to-live.ts';

/** The ways to find out when a workspace is to be cleaned, in the order in which they are shown. */
export const DESIGNS = {
  'hourly-sweep': { title: 'hourly sweep', make: () => new Sweep(3_600) },
  'minute-sweep': { title: "a minute's sweep", make: () => new Sweep(60) },
  'schedule-per-write': { title: 'a schedule moved at every write', make: () => new SchedulePerWrite() },
  'time-to-live': { title: 'DynamoDB TTL', make: () => new TimeToLive() },
  'due-index': { title: 'an index asked every minute', make: () => new DueIndex() },
  ours: { title: 'ours: schedules armed lazily', make: () => new Ours() },
} as const satisfies Record<string, { title: string; make: () => Design }>;

export type DesignName = keyof typeof DESIGNS;

import { readActivityFile } from '../../simulation/replay/read-activity.ts';
import { reportsOf, usesOfEach } from './activity.ts';
import { DESIGNS, type DesignName } from './designs/all.ts';
import { TRACE } from './fleets.ts';
import { runAll } from './run-all.ts';
import type { DesignFigures } from './run-design.ts';
import type { Run } from './worker.ts';
import { activeDays, DRUMBEATS_A_DAY, workingDays } from './working-days.ts';

/** How often a workspace reports on a day on which it is in use. */
export interface ReportFigures {
  workspaces: number;
  /** Moments of use in the trace, and days with at least one of them, each workspace's for itself. */
  moments: number;
  activeDays: number;
  /** Reports for each of these days: of the moments alone; where each is a whole day of work; of a beat every minute of that. */
  reportsADay: { moments: number; worked: number; drumbeat: number };
}

export interface ComparisonFigures {
  reporting: ReportFigures;
  /** Six years of the trace, and the same where each day in use is a whole day of work. */
  trace: DesignFigures[];
  worked: DesignFigures[];
  /** Fleets of these sizes with the statistics of the trace. */
  fleets: DesignFigures[];
  /** The same people at work, with more and more idle workspaces beside them; and the other way round. */
  idle: Point[];
  activity: Point[];
}

/** A design's figures for so many workspaces of either kind. */
export interface Point {
  working: number;
  idle: number;
  figures: DesignFigures;
}

const ALL = Object.keys(DESIGNS) as DesignName[];
/** Those that do something at a write of activity. */
const AT_WRITES: DesignName[] = ['schedule-per-write', 'ours'];

const AGAINST_SWEEP: DesignName[] = ['hourly-sweep', 'ours'];

interface Plan {
  part: Exclude<keyof ComparisonFigures, 'reporting'>;
  run: Run;
}

const of = (part: Plan['part'], designs: readonly DesignName[], fleet: Run['fleet']): Plan[] =>
  designs.map((design) => ({ part, run: { design, fleet } }));

/** Of the idle ones half are archived, and half are kept by a limit of their own: a wake-up a year. */
const busy = (working: number, idle: number, weeks: number): Run['fleet'] => ({
  kind: 'busy',
  working,
  archived: Math.floor(idle / 2),
  kept: Math.ceil(idle / 2),
  weeks,
});

function plansOf(quick: boolean): Plan[] {
  if (quick)
    return [
      ...of('fleets', ALL, { kind: 'like', workspaces: 2_000, weeks: 2 }),
      ...[50, 500].flatMap((idle) => of('idle', AGAINST_SWEEP, busy(5, idle, 1))),
      ...[2, 5].flatMap((working) => of('activity', AGAINST_SWEEP, busy(working, 50 - working, 1))),
    ];
  return [
    // The longest first, so that no thread is left alone with it.
    ...of('fleets', ALL, { kind: 'like', workspaces: 1_000_000, weeks: 1 }),
    ...of('worked', AT_WRITES, { kind: 'worked' }),
    ...of('trace', ALL, { kind: 'trace' }),
    ...of('fleets', ALL, { kind: 'like', workspaces: 100_000, weeks: 4 }),
    ...[0, 1_000, 10_000, 100_000].flatMap((idle) => of('idle', ALL, busy(1_000, idle, 1))),
    ...[10, 30, 100, 300].flatMap((working) => of('activity', ALL, busy(working, 1_000 - working, 2))),
    ...of('fleets', ALL, { kind: 'like', workspaces: 10_000, weeks: 4 }),
  ];
}

/** Every design over every fleet. Counts, not times: the same on any machine. `told` hears of each run that is done. */
export async function compare(
  quick: boolean,
  told: (text: string) => void = () => {},
): Promise<ComparisonFigures> {
  const plans = plansOf(quick);
  let done = 0;
  const results = await runAll(
    plans.map(({ run }) => run),
    ({ design, fleet }) => {
      done += 1;
      told(`${done} of ${plans.length}: ${DESIGNS[design].title}, ${JSON.stringify(fleet)}`);
    },
  );
  const planned = plans.map((plan, index) => ({ ...plan, figures: results[index] as DesignFigures }));
  const figuresOf = (part: Plan['part']) =>
    planned
      .filter((one) => one.part === part)
      .map(({ figures }) => figures)
      .sort((a, b) => a.workspaces - b.workspaces);
  const pointsOf = (part: Plan['part']) =>
    planned.flatMap(({ part: its, run: { fleet }, figures }) =>
      its === part && fleet.kind === 'busy'
        ? [{ working: fleet.working, idle: fleet.archived + fleet.kept, figures }]
        : [],
    );
  return {
    reporting: countReports(),
    trace: figuresOf('trace'),
    worked: figuresOf('worked'),
    fleets: figuresOf('fleets'),
    idle: pointsOf('idle'),
    activity: pointsOf('activity'),
  };
}

/** Counts reports on the trace. */
function countReports(): ReportFigures {
  const uses = readActivityFile(TRACE);
  const each = usesOfEach(uses);
  const days = activeDays(each);
  return {
    workspaces: each.size,
    moments: uses.length,
    activeDays: days,
    reportsADay: {
      moments: reportsOf(each).length / days,
      worked: reportsOf(workingDays(each)).length / days,
      drumbeat: DRUMBEATS_A_DAY,
    },
  };
}

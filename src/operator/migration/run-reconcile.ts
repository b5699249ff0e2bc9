import { z } from 'zod';
import type { AccessPointList, Fleet, TaskList } from '../../ports.ts';
import { Checkpoint } from '../fleet/checkpoint.ts';
import type { ResumableFlags } from '../fleet/fleet-options.ts';
import type { Output } from '../fleet/output.ts';
import { Pace } from '../fleet/pace.ts';
import { positionSchema, startOfWalk, walkFleet } from '../fleet/walk-fleet.ts';
import { uidOfRow } from './check-row.ts';
import type { DoorRules } from './close-doors.ts';
import { countFinding, type Finding, type FindingCounts, findingCountsSchema, LEFT } from './findings.ts';
import { nameOfRow, type ReconcileContext, type ReconciledPage, reconcilePage } from './reconcile-rows.ts';
import { reconcileAccessPoints, reconcileTasks } from './reconcile-world.ts';
import { UidSet } from './uid-set.ts';

/** Rows of one segment that are dealt with at a time. */
const STEP_ROWS = 500;
/** It carries what has been seen, e.g. 5 MB for a million user ids. */
const NOTE_EVERY_SECONDS = 3;
/** Workspaces with a user id of another that are named. */
const MOST_SHARED = 1_000;

const stateSchema = z.object({
  position: positionSchema,
  rows: z.int(),
  counts: findingCountsSchema,
  /** Access points that rows name, and whose they are. */
  named: z.array(z.tuple([z.string(), z.string()])),
  uids: z.string(),
  sharedUids: z.array(z.int()),
});
type State = z.infer<typeof stateSchema>;

export interface ReconcileWorld {
  ports: ReconcileContext['ports'];
  fleet: Pick<Fleet, 'page' | 'estimate'>;
  accessPointList: AccessPointList;
  taskList: TaskList;
  /** What tells which installation it is, for the checkpoint. */
  place: Record<string, unknown>;
}

export interface ReconcileFlags extends ResumableFlags {
  fix?: true;
  homes?: string;
  list: number;
}

export interface Reconciled {
  rows: number;
  accessPoints: number;
  tasks: number;
  counts: FindingCounts;
  finished: boolean;
}

/** One run of the command. */
export class Reconciliation {
  private readonly flags: ReconcileFlags;
  private readonly world: ReconcileWorld;
  private readonly output: Output;
  private readonly signal: AbortSignal;
  private readonly tell: (finding: Finding) => void;
  private readonly readPace: Pace;
  private readonly checkpoint: Checkpoint<State>;
  private position = startOfWalk(1);
  private rows = 0;
  private counts: FindingCounts = {};
  private named = new Map<string, string>();
  private uids = new UidSet();
  private sharedUids = new Set<number>();

  /** `tell` is called with each finding as it is made. */
  constructor(
    flags: ReconcileFlags,
    world: ReconcileWorld,
    output: Output,
    signal: AbortSignal,
    tell: (finding: Finding) => void,
  ) {
    this.flags = flags;
    this.world = world;
    this.output = output;
    this.signal = signal;
    this.tell = tell;
    this.readPace = new Pace(flags.readUnits);
    const job = { command: 'reconcile', ...world.place, fix: flags.fix === true };
    this.checkpoint = new Checkpoint<State>(flags.checkpoint, job, { everySeconds: NOTE_EVERY_SECONDS });
  }

  async run(rules: DoorRules): Promise<Reconciled> {
    const { flags, world } = this;
    this.goOn();
    const listed = await world.accessPointList.all();
    const context: ReconcileContext = {
      rules,
      accessPoints: new Map(listed.map((one) => [one.id, one])),
      ports: world.ports,
      pace: new Pace(flags.rate),
      fix: flags.fix === true,
      homes: flags.homes,
    };
    let tasks = 0;
    let finished = await this.walkRows(context);
    if (finished) {
      // Stopped from here on, these are looked at once more: the checkpoint has the counts of the rows alone.
      const enter = (finding: Finding) => this.enterFinding(finding);
      await reconcileAccessPoints(this.named, context, enter, this.signal);
      if (!this.signal.aborted) tasks = await reconcileTasks(world.taskList, context, enter, this.signal);
      if (!this.signal.aborted) await this.nameShared(context);
      finished = !this.signal.aborted;
      if (finished) this.checkpoint.remove();
    }
    return { rows: this.rows, accessPoints: listed.length, tasks, counts: this.counts, finished };
  }

  private goOn(): void {
    const { flags, checkpoint, output } = this;
    if (flags.restart) checkpoint.remove();
    const known = checkpoint.read(stateSchema);
    this.position = known?.position ?? startOfWalk(flags.segments);
    if (!known) return;
    this.rows = known.rows;
    this.counts = known.counts;
    this.named = new Map(known.named);
    this.uids = UidSet.fromText(known.uids);
    this.sharedUids = new Set(known.sharedUids);
    output.tell(
      `going on from ${flags.checkpoint}: ${known.rows.toLocaleString('en')} rows have been looked at`,
    );
  }

  private async walkRows(context: ReconcileContext): Promise<boolean> {
    const { world, position, readPace, signal } = this;
    const total = await world.fleet.estimate();
    const progress = this.output.progress('reconcile');
    try {
      return await walkFleet(
        world.fleet,
        { position, stepRows: STEP_ROWS, pace: readPace, signal },
        (rows) => reconcilePage(rows, context),
        (page) => {
          this.enter(page);
          this.checkpoint.note(() => this.state());
          progress.show({ done: this.rows, total });
        },
      );
    } finally {
      progress.clear();
      this.checkpoint.note(() => this.state(), true);
    }
  }

  /** What takes two rows to see. */
  private enter({ rows, findings, named, uids }: ReconciledPage): void {
    this.rows += rows;
    for (const finding of findings) this.enterFinding(finding);
    for (const { id, workspace } of named) {
      const other = this.named.get(id);
      if (other === undefined) this.named.set(id, workspace);
      else if (other !== workspace) {
        const detail = `${id} is named in the row of ${other} as well`;
        this.enterFinding({ kind: 'access-point-shared', workspace, detail, outcome: LEFT });
      }
    }
    for (const uid of uids) if (this.uids.add(uid)) this.sharedUids.add(uid);
  }

  private enterFinding(finding: Finding): void {
    countFinding(this.counts, finding);
    this.tell(finding);
  }

  /** Which workspaces share a user id is known only now: the fleet is read once more, where any do. */
  private async nameShared({ accessPoints }: ReconcileContext): Promise<void> {
    if (this.sharedUids.size === 0) return;
    let told = 0;
    const position = startOfWalk(this.flags.segments);
    const walk = { position, stepRows: STEP_ROWS, pace: this.readPace, signal: this.signal };
    await walkFleet(
      this.world.fleet,
      walk,
      (rows) => rows.filter(({ lifecycle }) => lifecycle !== 'terminated'),
      (rows) => {
        for (const row of rows) {
          const uid = uidOfRow(row, accessPoints);
          if (uid === undefined || !this.sharedUids.has(uid)) continue;
          const detail = `user id ${uid} is that of another workspace as well`;
          const finding: Finding = { kind: 'shared-uid', workspace: nameOfRow(row), detail, outcome: LEFT };
          countFinding(this.counts, finding);
          told += 1;
          if (told <= MOST_SHARED) this.tell(finding);
        }
      },
    );
  }

  private state(): State {
    return {
      position: this.position,
      rows: this.rows,
      counts: this.counts,
      named: [...this.named],
      uids: this.uids.toText(),
      sharedUids: [...this.sharedUids],
    };
  }
}

import { Delivery, type Way } from './delivery.ts';
import {
  NO_SESSION,
  type Report,
  type Session,
  type SessionSettings,
  type Step,
  tick,
  type UnsavedWork,
  use,
} from './session.ts';
import { REAL_TIME, type Time } from './time.ts';

/** Something that sees use. */
export interface Source {
  /** Calls `touch` for every use that it sees, with its time in epoch milliseconds where it knows that better than now. */
  start(touch: (at?: number) => void): void;
  stop(): void;
}

export interface ReporterOptions {
  way: Way;
  sources?: readonly Source[];
  /** While use lasts, one report in so many seconds. Default: an hour. */
  intervalSeconds?: number;
  /** Use has ended when there was none for so long, in seconds. Default: five minutes. */
  idleSeconds?: number;
  /** Looks for work that is nowhere else; undefined where nobody can tell. Asked when use ends. */
  unsavedWork?: () => Promise<UnsavedWork | undefined>;
  time?: Time;
  /** A line for people. Default: stderr. */
  say?: (line: string) => void;
}

export interface Reporter {
  /** The workspace is in use: now, or at this time (epoch milliseconds). Cheap: call it as often as you like. */
  touch(at?: number): void;
  /** Says that the container ends, which is no use of it, and stops. Waits for the answer, `patienceMs` at most. */
  stop(patienceMs?: number): Promise<void>;
  /** The last use that it knows of, epoch seconds; undefined if there was none. */
  readonly lastActivity: number | undefined;
  /** True while a report has not got there. */
  readonly isBehind: boolean;
}

const DEFAULTS = { intervalSeconds: 3_600, idleSeconds: 300 };
const PATIENCE_MS = 3_000;

/**
 * Reports when a workspace was last used: when use begins, once in each interval while it lasts, and when it has ended, with
 * the exact second. Between two sessions it is silent. It can do nothing else: whether and when a workspace is cleaned up is
 * decided elsewhere.
 */
export function createReporter({
  way,
  sources = [],
  intervalSeconds = DEFAULTS.intervalSeconds,
  idleSeconds = DEFAULTS.idleSeconds,
  unsavedWork,
  time = REAL_TIME,
  say = (line) => void process.stderr.write(`workspace-reporter: ${line}\n`),
}: ReporterOptions): Reporter {
  const settings: SessionSettings = { intervalSeconds, idleSeconds };
  const delivery = new Delivery({ way, time, say });
  const secondNow = () => Math.floor(time.now() / 1_000);
  let session: Session = NO_SESSION;
  let cancelTick: (() => void) | undefined;
  let isStopped = false;
  let stopping: Promise<void> | undefined;
  /** A session has ended, and its unsaved work is being counted. */
  let ended: Report | undefined;

  const follow = ({ session: next, report, tickAt }: Step) => {
    session = next;
    if (report?.containerStatus === 'idle') void takeWithWork(report);
    else if (report !== undefined) {
      ended = undefined;
      delivery.take(report);
    }
    if (tickAt === undefined) return;
    // One timer at a time, which looks at what is then: thousands of events set none.
    if (cancelTick === undefined) wake(tickAt);
  };

  const wake = (at: number) => {
    cancelTick = time.after(Math.max(0, at * 1_000 - time.now()), () => {
      cancelTick = undefined;
      if (!isStopped) follow(tick(session, secondNow(), settings));
    });
  };

  const takeWithWork = async (report: Report) => {
    if (unsavedWork === undefined) return delivery.take(report);
    ended = report;
    const found = await unsavedWork().catch(
      (error: unknown) => void say(`unsaved work cannot be told: ${error}`),
    );
    const isBack = ended !== report;
    if (isStopped || (isBack && found === undefined)) return;
    ended = undefined;
    // Whoever is back meanwhile is not idle: the counts go with the last use that is known.
    const { lastActivity } = session;
    const rest =
      isBack && lastActivity !== undefined ? { lastActivity, containerStatus: 'active' as const } : report;
    delivery.take({ ...rest, ...(found && { unsavedWork: found }) });
  };

  const touch = (at = time.now()) => {
    if (!isStopped) follow(use(session, Math.floor(at / 1_000), secondNow(), settings));
  };
  for (const source of sources) source.start(touch);

  const stop = async (patienceMs: number) => {
    isStopped = true;
    cancelTick?.();
    for (const source of sources) source.stop();
    // What has been seen before is told, with its second; from now on nothing is seen.
    delivery.take({ ...ended, containerStatus: 'terminated' });
    await Promise.race([
      delivery.close(),
      new Promise<void>((resolve) => void time.after(patienceMs, resolve)),
    ]);
  };

  return {
    touch,
    stop: (patienceMs = PATIENCE_MS) => {
      stopping ??= stop(patienceMs);
      return stopping;
    },
    get lastActivity() {
      return session.lastActivity;
    },
    get isBehind() {
      return delivery.isBehind;
    },
  };
}

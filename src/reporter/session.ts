/** What a container says of its workspace. */
export interface Report {
  /** The second of the last use, epoch seconds. */
  lastActivity?: number;
  containerStatus?: 'active' | 'idle' | 'terminated';
  unsavedWork?: UnsavedWork;
}

/** What is nowhere but in this workspace: counts, and no names. */
export interface UnsavedWork {
  /** Files with changes that are not committed. */
  changes: number;
  /** Commits that are on no remote. */
  commits: number;
}

export interface SessionSettings {
  /** While use lasts, one report in so many seconds. */
  intervalSeconds: number;
  /** Use has ended when there was none for so long, in seconds. */
  idleSeconds: number;
}

/** What has been seen, and what has been said of it. Times in epoch seconds. */
export interface Session {
  /** The last use; undefined before the first. */
  lastActivity: number | undefined;
  /** When the last report was made, while use lasts; undefined between two sessions. */
  reportedAt: number | undefined;
}

export const NO_SESSION: Session = { lastActivity: undefined, reportedAt: undefined };

/** A session after something has happened, and what is to be said, if anything. */
export interface Step {
  session: Session;
  report: Report | undefined;
  /** When `tick` is to be called, unless there is use before: epoch seconds; undefined if never. */
  tickAt: number | undefined;
}

/**
 * The workspace was in use at `at`, and it is `now` (epoch seconds, whole): where use begins, a report; while it lasts, one in
 * each interval. What lies in the future, since a clock was set back, counts as now; what lies before the last use is none.
 */
export function use(session: Session, at: number, now: number, settings: SessionSettings): Step {
  const seen = Math.min(at, now);
  // A clock that was set back is believed: what was seen before lies in the future by it.
  const known = session.lastActivity === undefined ? undefined : Math.min(session.lastActivity, now);
  const lastActivity = known === undefined ? seen : Math.max(known, seen);
  const isNew = lastActivity !== known;
  const { reportedAt } = session;
  if (!isNew && reportedAt === undefined)
    return { session: { ...session, lastActivity }, report: undefined, tickAt: undefined };
  const isDue = reportedAt === undefined || now >= reportedAt + settings.intervalSeconds || now < reportedAt;
  if (!isDue)
    return {
      session: { lastActivity, reportedAt },
      report: undefined,
      tickAt: lastActivity + settings.idleSeconds,
    };
  return {
    session: { lastActivity, reportedAt: now },
    report: { lastActivity, containerStatus: 'active' },
    tickAt: lastActivity + settings.idleSeconds,
  };
}

/** Time has passed: where use has ended, a last report with its exact second, and then silence. */
export function tick(session: Session, now: number, settings: SessionSettings): Step {
  const { lastActivity, reportedAt } = session;
  if (lastActivity === undefined || reportedAt === undefined)
    return { session, report: undefined, tickAt: undefined };
  const endsAt = lastActivity + settings.idleSeconds;
  if (now < endsAt && now >= lastActivity) return { session, report: undefined, tickAt: endsAt };
  return {
    session: { lastActivity, reportedAt: undefined },
    report: { lastActivity: Math.min(lastActivity, now), containerStatus: 'idle' },
    tickAt: undefined,
  };
}

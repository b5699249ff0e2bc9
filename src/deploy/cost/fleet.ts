/** What a fleet does in a month, for one workspace unless it says otherwise. */
export const FLEET = {
  /** Share of the workspaces that are in use in a month, and on how many days each. */
  inUse: 0.5,
  daysInUse: 20,
  /** What the reporter sends on a day of eight hours in three sessions (README, In the container). */
  reportsADay: 11,
  /**
   * Share of the workspaces on each tier; without activity their limits are 7, 30 and 90 days, and notice goes out a day before.
   * A wake-up that finds nothing due counts on from the last use, some hours ago at night and more after a weekend.
   */
  tiers: {
    free: { share: 0.6, wakesAfterDays: 5.7 },
    pro: { share: 0.3, wakesAfterDays: 28.7 },
    enterprise: { share: 0.1, wakesAfterDays: 88.7 },
  },
  /** Shares of the workspaces in a month. */
  archived: 0.1,
  resumed: 0.08,
  terminated: 0.01,
  created: 0.03,
  /** Workspaces of a client, and what billing says of a client in a month: one renewal, and for some that something changes. */
  workspacesOfClient: 20,
  billingEvents: 1.1,
  billingChanges: 0.1,
  daysInMonth: 30.4,
} as const;

/**
 * What one happening takes. Write units count each item of a transaction twice, and those of the indexes: a new key is one
 * write there, a changed one two, an attribute that is in none is none.
 */
export interface Happening {
  writes: number;
  reads: number;
  /** Records of streams that a function reads: one for each item, however large. */
  records: number;
  /** Wake-ups of EventBridge Scheduler. */
  wakeUps: number;
  /** What deadlineReached or the HTTP function works, seconds. */
  seconds: number;
  /** Entries of the history, and of those, what becomes an event. */
  entries: number;
  events: number;
  /** What the functions log of it, bytes. */
  logged: number;
}

const NOTHING: Happening = {
  writes: 0,
  reads: 0,
  records: 0,
  wakeUps: 0,
  seconds: 0,
  entries: 0,
  events: 0,
  logged: 0,
};

export const HAPPENINGS = {
  /** One conditional write; no index has anything of it. */
  report: { ...NOTHING, records: 1, writes: 1, seconds: 0.03 },
  /** Row and CleanupControl are read; the next one is armed, and the row says so (row 1, index 2). */
  wokenForNothing: { ...NOTHING, records: 1, writes: 3, reads: 2, wakeUps: 1, seconds: 0.15, logged: 300 },
  /**
   * Notice (transaction 4, armed 3); budget 1, claim (transaction 4, index 2), step 1, end (transaction 4), armed 2. Three
   * wake-ups: notice, deadline, end of the lease. Twenty seconds, mostly until containers have stopped.
   */
  archive: {
    writes: 21,
    reads: 14,
    records: 9,
    wakeUps: 3,
    seconds: 20,
    entries: 3,
    events: 2,
    logged: 3_000,
  },
  /** As an archive, one step more, and the files. */
  terminate: {
    writes: 22,
    reads: 16,
    records: 10,
    wakeUps: 3,
    seconds: 60,
    entries: 3,
    events: 2,
    logged: 3_500,
  },
  /** The return (transaction 4), claim 6, end 4, activity 1; the wake-up at the end of the lease arms the next one, 3. */
  resume: { writes: 18, reads: 10, records: 8, wakeUps: 1, seconds: 3, entries: 3, events: 2, logged: 2_000 },
  /** User id 1, row 1, access point 1, armed 2. */
  create: { ...NOTHING, records: 2, writes: 5, reads: 4, seconds: 2, logged: 600 },
  /** A renewal is one write of the account. */
  billingEvent: { ...NOTHING, records: 1, writes: 1, seconds: 0.1, logged: 200 },
  /** What begins and ends a fan-out is noted in the account. */
  fanOut: { ...NOTHING, records: 2, writes: 2, reads: 1, seconds: 0.2, logged: 300 },
  /** Each row takes what has changed, on condition that it is later; it was read with others by a query. */
  carried: { ...NOTHING, records: 1, writes: 1, reads: 0.1 },
} as const satisfies Record<string, Happening>;

/** Sizes in bytes, as DynamoDB counts them, indexes and overhead included. */
export const SIZES = { row: 1_200, entry: 1_000, historyMonths: 13.2, uid: 150 } as const;

/** Each call of a function logs START, END and REPORT. Bytes. */
export const LOGGED_PER_CALL = 400;
export const LOG_MONTHS = 3;
export const MEMORY_GB = 0.5;

/**
 * A function that reads a stream: a table begins with four shards, each is read four at a time (parallelizationFactor), and a
 * batch waits five seconds for company (batchWindow); so at most so many calls a second, and so long, seconds.
 */
export const READER = { callsASecond: (4 * 4) / 5, seconds: 0.02, secondsARecord: 0.0001 } as const;

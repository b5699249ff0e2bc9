import { DAY_SECONDS } from '../core/policy.ts';
import { showKey, type WorkspaceKey } from '../core/workspace-key.ts';
import { type Provisioned, SmokeFailure, type SmokePorts, type StageSchedule } from './ports.ts';
import { provisionWorkspace } from './provision.ts';
import { type Made, seeArchived, seeUntouched } from './see.ts';
import { type Look, until } from './until.ts';

export interface StoryOptions {
  /** Of this run alone, e.g. `smoke-3f9a12`. */
  clientId: string;
  /** Whether the stage starts containers. */
  startsContainers: boolean;
  /** The name of the schedule that wakes a workspace at a time. */
  scheduleName(key: WorkspaceKey, at: number): string;
  /** Of the function that schedules must call. */
  deadlineFunctionArn: string;
  /** How long a stream, a schedule or a container may take beyond its own time. */
  patienceSeconds: number;
}

/** One day, so that the workspace would go by itself if this run died here. */
const RETENTION_DAYS = 1;
/** Due an hour before the row says so, by whichever clock. */
const IDLE_SECONDS = RETENTION_DAYS * DAY_SECONDS + 3_600;

/**
 * The life of a workspace from its birth to its archive, on a deployed stage, beside another that must be left alone. It
 * takes away at its end what it has made, also when it fails; entries of the history and user ids stay, as always.
 *
 * Throws SmokeFailure where the stage does not do what it should.
 */
export async function runStory(options: StoryOptions, ports: SmokePorts): Promise<void> {
  const { clientId } = options;
  const made = new Map<WorkspaceKey, Provisioned | undefined>();
  try {
    await ports.world.subscribe(clientId, Math.floor(ports.clock.now()));
    await tellStory(made, options, ports);
    const failures = await ports.functions.settle();
    if (failures.length > 0) throw new SmokeFailure('all came about, and yet something went wrong');
  } catch (error) {
    throw await explained(error, ports.functions);
  } finally {
    await takeAway(made, clientId, ports);
  }
}

/** `made` is told of each workspace before it is made. */
async function tellStory(
  made: Map<WorkspaceKey, Provisioned | undefined>,
  options: StoryOptions,
  ports: SmokePorts,
): Promise<void> {
  const [idle, used] = ['idle', 'used'].map((userId) => ({ clientId: options.clientId, userId })) as [
    WorkspaceKey,
    WorkspaceKey,
  ];
  const make = async (key: WorkspaceKey): Promise<Made> => {
    made.set(key, undefined);
    const wish = { ...key, retentionDays: RETENTION_DAYS, start: options.startsContainers };
    const provisioned = await provisionWorkspace(wish, ports);
    made.set(key, provisioned);
    return { key, provisioned };
  };
  const first = await make(idle);
  const other = await make(used);
  await arm(first, options, ports);
  await arm(other, options, ports);
  const schedule = await makeDue(first, options, ports);
  const limitSeconds = options.patienceSeconds + (schedule ? await fire(schedule, options, ports) : 0);
  await seeArchived(first, limitSeconds, ports);
  await seeUntouched(other, ports);
}

/** Whatever comes of it: another failure must not hide the first. */
async function takeAway(
  made: ReadonlyMap<WorkspaceKey, Provisioned | undefined>,
  clientId: string,
  { world, say }: SmokePorts,
): Promise<void> {
  const all: [string, () => Promise<void>][] = [...made].map(([key, provisioned]) => [
    showKey(key),
    () => world.remove(key, provisioned),
  ]);
  for (const [what, remove] of [...all, [clientId, () => world.unsubscribe(clientId)] as const]) {
    await remove().catch((error) => say(`${what} is left behind: ${error}`));
  }
}

/** What did not come about has its cause in what went wrong unseen, if anything did. */
async function explained(error: unknown, functions: SmokePorts['functions']): Promise<unknown> {
  if (!(error instanceof SmokeFailure)) return error;
  return new SmokeFailure([error.message, ...(await functions.settle())].join('\n'));
}

/** table → stream → schedule */
async function arm({ key }: Made, options: StoryOptions, ports: SmokePorts): Promise<void> {
  const { name } = await until(`a schedule for ${showKey(key)}`, options.patienceSeconds, ports.clock, () =>
    lookForSchedule(key, () => true, options, ports),
  );
  ports.say(`${showKey(key)}: its row came through the stream and armed ${name}`);
}

/**
 * The row is made to say that it has not been used for longer than it is kept. So it is due before a wake-up is armed for
 * it, and the function may see the wake-up earlier by its own clock than Scheduler does: it decides from the row. Undefined
 * where that has come and gone already, on an endpoint whose clock runs fast.
 */
async function makeDue(
  { key }: Made,
  options: StoryOptions,
  ports: SmokePorts,
): Promise<StageSchedule | undefined> {
  const { world, clock, say } = ports;
  const before = Number((await world.row(key))?.armedFor);
  await world.setLastActivity(key, Math.floor(clock.now()) - IDLE_SECONDS);
  const what = `an earlier schedule for ${showKey(key)}`;
  const schedule = await until<StageSchedule | undefined>(what, options.patienceSeconds, clock, async () => {
    const look = await lookForSchedule(key, (armedFor) => armedFor < before, options, ports);
    if (look.kind === 'there') return look;
    const lifecycle = (await world.row(key))?.lifecycle;
    return lifecycle === 'archiving' || lifecycle === 'archived' ? { kind: 'there', value: undefined } : look;
  });
  const came = schedule === undefined ? 'came and went already' : `was armed, ${schedule.name}`;
  say(`${showKey(key)}: idle for ${IDLE_SECONDS} s, so an earlier one ${came}`);
  return schedule;
}

async function lookForSchedule(
  key: WorkspaceKey,
  isWanted: (armedFor: number) => boolean,
  { scheduleName, deadlineFunctionArn }: StoryOptions,
  { world, schedules }: SmokePorts,
): Promise<Look<StageSchedule>> {
  const armedFor = (await world.row(key))?.armedFor;
  if (typeof armedFor !== 'number' || !isWanted(armedFor)) {
    return { kind: 'not-yet', seen: `armedFor of the row is ${armedFor}` };
  }
  const name = scheduleName(key, armedFor);
  const schedule = await schedules.find(name);
  if (schedule === undefined) return { kind: 'not-yet', seen: `there is no schedule ${name}` };
  checkSchedule(schedule, armedFor, key, deadlineFunctionArn);
  return { kind: 'there', value: schedule };
}

function checkSchedule(schedule: StageSchedule, at: number, key: WorkspaceKey, targetArn: string): void {
  const wanted = { name: schedule.name, at, targetArn, input: JSON.stringify(key) };
  for (const [field, value] of Object.entries(wanted)) {
    const is = schedule[field as keyof StageSchedule];
    if (is !== value)
      throw new SmokeFailure(`${field} of schedule ${schedule.name} is ${is}, expected ${value}`);
  }
}

/** Returns how far ahead it still lies, in seconds. */
async function fire(
  { name, at }: StageSchedule,
  { clientId }: StoryOptions,
  { schedules, clock, say }: SmokePorts,
): Promise<number> {
  const fired = await schedules.come(at, clientId);
  if (fired.length > 0) {
    say(`fired ${fired.join(', ')}, as Scheduler will have at ${new Date(at * 1000).toISOString()}`);
    return 0;
  }
  say(`waiting for ${name} to fire; an emulator that never fires any needs --play schedules`);
  return Math.ceil(Math.max(0, at - clock.now()));
}

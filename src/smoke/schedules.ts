import {
  DeleteScheduleCommand,
  GetScheduleCommand,
  type GetScheduleCommandOutput,
  paginateListSchedules,
  ResourceNotFoundException,
  type SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { SmokeFailure, type StageFunctions, type StageSchedule, type StageSchedules } from './ports.ts';

/** The schedules of a stage's group, which somebody else fires: EventBridge Scheduler, or an emulator that has a clock. */
export class WatchedSchedules implements StageSchedules {
  protected readonly client: SchedulerClient;
  protected readonly group: string;

  constructor(client: SchedulerClient, group: string) {
    this.client = client;
    this.group = group;
  }

  async find(name: string): Promise<StageSchedule | undefined> {
    try {
      return describe(await this.client.send(new GetScheduleCommand({ GroupName: this.group, Name: name })));
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }

  async come(_at: number, _clientId: string): Promise<string[]> {
    return [];
  }
}

/** Those that are to fire by `now` (epoch seconds, included) for workspaces of this client, the earliest first. */
export function decideFiring(
  schedules: readonly StageSchedule[],
  clientId: string,
  now: number,
): StageSchedule[] {
  return schedules
    .filter(({ at, input }) => at <= now && clientOf(input) === clientId)
    .sort((a, b) => a.at - b.at);
}

function clientOf(input: string): unknown {
  try {
    return (JSON.parse(input) as { clientId?: unknown } | null)?.clientId;
  } catch {
    return undefined;
  }
}

/**
 * Scheduler's part, for an endpoint that keeps schedules and fires none. Its clock is at the time that it was last told has
 * come: it runs ahead of that of the functions, which therefore see a wake-up that comes early. It fires nothing that is
 * not of the smoke test's own client: others in the group are other people's.
 */
export class PlayedSchedules extends WatchedSchedules {
  private readonly functions: Pick<StageFunctions, 'call'>;
  private readonly functionOf: (arn: string) => string | undefined;

  /** `functionOf` gives the name of the stage's function with that ARN. */
  constructor(
    client: SchedulerClient,
    group: string,
    functions: Pick<StageFunctions, 'call'>,
    functionOf: (arn: string) => string | undefined,
  ) {
    super(client, group);
    this.functions = functions;
    this.functionOf = functionOf;
  }

  override async come(at: number, clientId: string): Promise<string[]> {
    const fired: string[] = [];
    for (const { name, targetArn, input } of decideFiring(await this.all(), clientId, at)) {
      const target = this.functionOf(targetArn);
      if (target === undefined) {
        throw new SmokeFailure(
          `schedule ${name} has the target ${targetArn}, expected a function of the stage`,
        );
      }
      await this.functions.call(target, JSON.parse(input));
      await this.client.send(new DeleteScheduleCommand({ GroupName: this.group, Name: name }));
      fired.push(name);
    }
    return fired;
  }

  private async all(): Promise<StageSchedule[]> {
    const all: StageSchedule[] = [];
    const pages = paginateListSchedules({ client: this.client }, { GroupName: this.group });
    for await (const { Schedules = [] } of pages) {
      for (const { Name = '', Target } of Schedules) {
        // In a group that others use as well there may be anything.
        if (this.functionOf(Target?.Arn ?? '') === undefined) continue;
        const schedule = await this.find(Name);
        if (schedule !== undefined) all.push(schedule);
      }
    }
    return all;
  }
}

/** Throws SmokeFailure if it is not one-shot, as all of this system are. */
function describe({ Name = '', ScheduleExpression = '', Target }: GetScheduleCommandOutput): StageSchedule {
  const time = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/.exec(ScheduleExpression)?.[1];
  if (time === undefined) {
    throw new SmokeFailure(`schedule ${Name} is ${ScheduleExpression}, expected at(yyyy-mm-ddThh:mm:ss)`);
  }
  return {
    name: Name,
    at: Date.parse(`${time}Z`) / 1000,
    targetArn: Target?.Arn ?? '',
    input: Target?.Input ?? '',
  };
}

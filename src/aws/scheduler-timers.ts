import { createHash } from 'node:crypto';
import { ConflictException, CreateScheduleCommand, type SchedulerClient } from '@aws-sdk/client-scheduler';
import type { Configuration } from '../core/configuration.ts';
import { RetryableError } from '../core/errors.ts';
import { CLOCK_SKEW_SECONDS } from '../core/wake-up.ts';
import { showKey, type WorkspaceKey, workspaceReference } from '../core/workspace-key.ts';
import type { Clock, Timers } from '../ports.ts';

/**
 * The name of the schedule for a workspace and a second: never used twice, because that second comes only once.
 * The time stands in front, so that names sort by when they fire, e.g. `1767225600-5f3b…`.
 */
export function scheduleName(key: WorkspaceKey, at: number): string {
  const hash = createHash('sha256').update(workspaceReference(key)).digest('hex').slice(0, 32);
  return `${at}-${hash}`;
}

/** Wake-ups as one-shot schedules of EventBridge Scheduler. */
export class SchedulerTimers implements Timers {
  private readonly client: SchedulerClient;
  private readonly schedules: Configuration['schedules'];
  private readonly clock: Pick<Clock, 'now'>;

  constructor(client: SchedulerClient, schedules: Configuration['schedules'], clock: Pick<Clock, 'now'>) {
    this.client = client;
    this.schedules = schedules;
    this.clock = clock;
  }

  async arm(key: WorkspaceKey, at: number): Promise<void> {
    try {
      await this.client.send(new CreateScheduleCommand(this.scheduleFor(key, at)));
    } catch (error) {
      if (!(error instanceof ConflictException)) throw error;
      // A name whose time lies ahead belongs to a schedule that will fire. One whose time has come meanwhile may have
      // fired before what we know was written, and is only waiting for its deletion.
      if (at > this.clock.now() + CLOCK_SKEW_SECONDS) return;
      throw new RetryableError(
        `the schedule of ${showKey(key)} for ${at} may have fired already, expected one that lies ahead`,
      );
    }
  }

  private scheduleFor({ clientId, userId }: WorkspaceKey, at: number) {
    const { group, roleArn, targetArn, deadLetterArn } = this.schedules;
    return {
      Name: scheduleName({ clientId, userId }, at),
      GroupName: group,
      ScheduleExpression: `at(${new Date(at * 1000).toISOString().slice(0, 19)})`,
      FlexibleTimeWindow: { Mode: 'OFF' as const },
      ActionAfterCompletion: 'DELETE' as const,
      Target: {
        Arn: targetArn,
        RoleArn: roleArn,
        Input: JSON.stringify({ clientId, userId }),
        // Delivery only: a day of tries, then the queue. The function's own errors are retried by Lambda.
        RetryPolicy: { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 },
        ...(deadLetterArn && { DeadLetterConfig: { Arn: deadLetterArn } }),
      },
    };
  }
}

import type { Alarm, Severity } from '../alarm.ts';
import type { Deployment } from '../deployment.ts';
import { queueMetric } from '../metrics.ts';
import { kebabCase } from './kebab-case.ts';

interface DeadLetters {
  severity: Severity;
  what: string;
  first: string;
  page: string;
}

/** What lies in which queue, and how urgent that is. */
const DEAD_LETTERS: Record<string, DeadLetters> = {
  // A change that nobody has seen: no deadline is armed for it, and no index tells of that.
  StreamDeadLetters: {
    severity: 'page',
    what: 'Changes of a table were given up: deadlines may be unarmed, payments not carried on, events not published.',
    first:
      'workspacectl redrive stream --stage <stage> shows what they are; find the cause before the redrive.',
    page: 'stream-dead-letters',
  },
  // The backstop arms these again after a quarter of an hour; what was claimed is taken up when its lease ends.
  DeadlineDeadLetters: {
    severity: 'ticket',
    what: 'Wake-ups were given up after all retries. Each workspace is taken up again by the backstop or at the end of its lease.',
    first: 'look at one message: responsePayload.errorMessage says why it failed.',
    page: 'deadline-dead-letters',
  },
  // Scheduler reaches the function always or never: one here means that the others come as well.
  ScheduleDeadLetters: {
    severity: 'page',
    what: 'EventBridge Scheduler could not hand wake-ups to the function: what is due is not done.',
    first:
      'look at one message: its attribute ERROR_CODE says whether the role, the function or a limit is in the way.',
    page: 'schedule-dead-letters',
  },
};

/** Something lies in a dead-letter queue. A queue that nobody has described has an alarm all the same. */
export function queueAlarms({ queues }: Pick<Deployment, 'queues'>): Alarm[] {
  return queues.map((queue) => ({
    ...(DEAD_LETTERS[queue] ?? otherDeadLetters(queue)),
    id: kebabCase(queue),
    measure: { metric: queueMetric(queue, 'ApproximateNumberOfMessagesVisible'), statistic: 'Maximum' },
    threshold: 1,
    period: 60,
    periods: { atLeast: 1, of: 1 },
    // A queue that nobody touches for six hours reports nothing, with or without messages.
    missing: 'ignore',
  }));
}

function otherDeadLetters(queue: string): DeadLetters {
  return {
    severity: 'page',
    what: `Messages lie in ${queue}.`,
    first: 'look at one of them: aws sqs receive-message.',
    page: 'deadline-dead-letters',
  };
}

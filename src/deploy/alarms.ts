import { type Alarm, alarmLogicalId, alarmResource } from './alarm.ts';
import { functionAlarms } from './alarms/function-alarms.ts';
import { ownAlarms } from './alarms/own-alarms.ts';
import { queueAlarms } from './alarms/queue-alarms.ts';
import { schedulerAlarms } from './alarms/scheduler-alarms.ts';
import { serviceAlarms } from './alarms/service-alarms.ts';
import type { Deployment, Resources } from './deployment.ts';
import { TOPICS } from './topics.ts';

/** Every alarm of a deployment; what is not deployed has none. */
export function alarmsOf(deployment: Deployment): Alarm[] {
  return [
    ...ownAlarms(deployment),
    ...queueAlarms(deployment),
    ...functionAlarms(deployment),
    ...schedulerAlarms(deployment),
    ...serviceAlarms(deployment),
  ];
}

/** The alarms as resources of CloudFormation; they refer to the topics of `topicResources`. */
export function alarmResources(deployment: Deployment): Resources {
  return Object.fromEntries(
    alarmsOf(deployment).map((alarm) => [
      alarmLogicalId(alarm),
      alarmResource(deployment, alarm, TOPICS[alarm.severity]),
    ]),
  );
}

import { alarmResources } from './alarms.ts';
import { dashboardResource } from './dashboard.ts';
import { type Deployment, type Resources, readDeployment } from './deployment.ts';
import { topicResources } from './topics.ts';

export interface MonitoringOptions extends Pick<Deployment, 'service' | 'stage' | 'scheduleQuota'> {
  /** Is told of every alarm; empty or undefined for nobody. */
  alarmEmail?: string | undefined;
}

/**
 * The resources with which a packaged template is watched: topics, alarms and dashboard, for what is in it and nothing else.
 * Merge them into the template, and give the functions `metricsEnvironment` of the same stage.
 */
export function monitoringResources(options: MonitoringOptions, resources: Resources): Resources {
  const deployment = readDeployment(options, resources);
  return {
    ...topicResources(options),
    ...alarmResources(deployment),
    ...dashboardResource(deployment),
  };
}

/**
 * Where the local stack claims to be, whatever AWS_REGION says: what it keeps on disk names its resources by these,
 * and must be found again from any shell.
 */
export const LOCAL_REGION = 'us-east-1';
/** The account that the local stack pretends to be. */
export const LOCAL_ACCOUNT_ID = '000000000000';

/** The ARN of a resource of the local stack, e.g. `arnOf('ecs', 'cluster/workspaces')`. */
export function arnOf(service: string, resource: string): string {
  return `arn:aws:${service}:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:${resource}`;
}

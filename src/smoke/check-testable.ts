import type { Configuration } from '../core/configuration.ts';
import { BadInputError } from '../core/errors.ts';
import { HOUR_SECONDS } from '../core/policy.ts';

/**
 * Throws BadInputError for a stage whose workspaces are not archived when they are due: the smoke test would wait for nothing,
 * or for a day.
 */
export function checkTestable(
  { safety, policy }: Pick<Configuration, 'safety' | 'policy'>,
  stage: string,
): void {
  const wrong: string[] = [];
  if (safety.enforcement !== 'enforce') wrong.push(`ENFORCEMENT is ${safety.enforcement}, expected enforce`);
  const noticeHours = policy.notice.archive / HOUR_SECONDS;
  if (noticeHours > 0) wrong.push(`ARCHIVE_NOTICE_HOURS is ${noticeHours}, expected 0`);
  if (wrong.length === 0) return;
  throw new BadInputError(`stage ${stage} cannot be tested as it is deployed: ${wrong.join('; ')}`);
}

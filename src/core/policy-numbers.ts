import { HOUR_SECONDS, type Policy } from './policy.ts';

/** All the numbers of a policy, in the units in which people set them: whole days and hours. */
export interface PolicyNumbers {
  retentionDays: Policy['retentionDays'];
  cancelledGraceDays: number;
  suspendedGraceDays: number;
  unsavedWorkExtraDays: number;
  archiveNoticeHours: number;
  terminateNoticeHours: number;
  minimumTerminateNoticeHours: number;
}

/** The policy that has these numbers. */
export function policyOf(numbers: PolicyNumbers): Policy {
  const { archiveNoticeHours, terminateNoticeHours, minimumTerminateNoticeHours, ...days } = numbers;
  return {
    ...days,
    notice: {
      archive: archiveNoticeHours * HOUR_SECONDS,
      terminate: terminateNoticeHours * HOUR_SECONDS,
      minimumTerminate: minimumTerminateNoticeHours * HOUR_SECONDS,
    },
  };
}

/** The numbers of a policy. */
export function numbersOf(policy: Policy): PolicyNumbers {
  const { retentionDays, cancelledGraceDays, suspendedGraceDays, unsavedWorkExtraDays = 0, notice } = policy;
  return {
    retentionDays,
    cancelledGraceDays,
    suspendedGraceDays,
    unsavedWorkExtraDays,
    archiveNoticeHours: notice.archive / HOUR_SECONDS,
    terminateNoticeHours: notice.terminate / HOUR_SECONDS,
    minimumTerminateNoticeHours: notice.minimumTerminate / HOUR_SECONDS,
  };
}

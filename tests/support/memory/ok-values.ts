import type { Safety } from '../../../src/core/control.ts';
import type { Installation } from '../../../src/core/launch.ts';
import type { Policy } from '../../../src/core/policy.ts';
import type { ChangeRecord } from '../../../src/ports.ts';
import type { Item } from './table.ts';

/** Midnight of 2026-01-01 in UTC, epoch seconds. */
export const NOW = 1_767_225_600;
export const DAY = 86_400;

export const OK_POLICY: Policy = {
  retentionDays: { free: 7, pro: 30, enterprise: 90 },
  cancelledGraceDays: 7,
  suspendedGraceDays: 3,
  // Tests of the notices have their own: with these, what is due is done.
  notice: { archive: 0, terminate: 0, minimumTerminate: 0 },
};

/** What is decided is done, and never too much of it. */
export const OK_SAFETY: Safety = {
  enforcement: 'enforce',
  budgets: { archive: 1_000, terminate: 1_000 },
  percentPerClient: 100,
  pauseAtPutOff: { archive: 1_000, terminate: 1_000 },
};

export const OK_INSTALLATION: Installation = {
  fileSystemId: 'fs-0123456789abcdef0',
  workspaceStatusTable: 'WorkspaceStatus',
  region: 'us-east-1',
  apiUrl: 'https://api.example',
};

export const OK_KEY = { clientId: 'acme', userId: 'ada' };

/** A workspace in use, of a paying client: nothing is due before 30 idle days are over. */
export const OK_ROW: Item = {
  ...OK_KEY,
  subscriptionStatus: 'active',
  subscriptionTier: 'pro',
  lastActivity: NOW,
  containerStatus: 'active',
};

/** A record of a table's stream, with an image of this item. */
export function changeOf(sequenceNumber: string, image: Item | undefined, key: Item = OK_KEY): ChangeRecord {
  const { clientId, userId } = image ?? key;
  return {
    sequenceNumber,
    itemKey: `${clientId}\u0000${userId}`,
    key: { clientId, ...(userId !== undefined && { userId }) },
    newImage: () => image,
    oldImage: () => undefined,
  };
}

import type { HistoryEntry, HistoryKind } from '../../src/core/history.ts';
import { NOW } from './rows.ts';

const common = { workspace: 'acme/ada', at: NOW, by: 'policy', lifecycle: 'active' as const };
const system = { workspace: '#cleanup', at: NOW, by: 'ops' };
const inputs = {
  subscriptionStatus: 'active' as const,
  subscriptionTier: 'free' as const,
  lastActivity: NOW - 600_000,
  idleSeconds: 600_000,
  idleLimitSeconds: 604_800,
};

/** An entry of each kind with everything that such an entry can say. */
export const SAMPLES: Record<HistoryKind, Omit<HistoryEntry, 'what' | 'sequence'>> = {
  archiving: { ...common, rule: 'retention-free', inputs, deadline: NOW, due: NOW, lifecycle: 'archiving' },
  terminating: { ...common, rule: 'subscription-cancelled', inputs, deadline: NOW, due: NOW },
  restoring: { ...common, rule: 'within-limits', inputs, deadline: NOW, due: NOW },
  archived: {
    ...common,
    rule: 'retention-free',
    inputs,
    due: NOW,
    latenessSeconds: 1.5,
    lifecycle: 'archived',
  },
  terminated: { ...common, rule: 'subscription-cancelled', inputs, due: NOW, latenessSeconds: 0 },
  restored: { ...common, rule: 'within-limits', inputs },
  expiring: { ...common, rule: 'retention-free', inputs, loss: 'archive', deadline: NOW + 9, due: NOW + 9 },
  'held-back': {
    ...common,
    rule: 'retention-free',
    inputs,
    matter: 'archive',
    deadline: NOW,
    due: NOW,
    heldBackBy: 'budget',
    until: NOW + 3_600,
  },
  held: { ...common, by: 'ops', reason: 'legal', until: NOW + 9 },
  released: { ...common, by: 'ops' },
  extended: { ...common, by: 'ops', reason: 'holiday', until: NOW + 9 },
  requested: { ...common, by: 'ops', reason: 'left the company', loss: 'archive', due: NOW },
  returned: { ...common, by: 'user', lifecycle: 'archived' },
  paused: { ...system, reason: 'too many' },
  unpaused: system,
  'control-changed': { ...system, settings: { kind: 'rollout', rollout: { clients: ['acme'], percent: 5 } } },
  'limits-changed': { ...system, by: 'deployment', settings: { cancelledGraceDays: 7 } },
};

/** The sample of a kind, with deviations. */
export function entryWith(what: HistoryKind, changes: Partial<HistoryEntry> = {}): HistoryEntry {
  return { sequence: 1, what, ...SAMPLES[what], ...changes };
}

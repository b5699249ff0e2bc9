import type { Item } from '../support/memory/table.ts';

type Shape = (value: unknown) => boolean;

const time: Shape = (value) =>
  Number.isInteger(value) && Number(value) >= 946_684_800 && Number(value) <= 99_999_999_999;
const moment: Shape = (value) => typeof value === 'number' && value >= 946_684_800 && value <= 99_999_999_999;
const text: Shape = (value) => typeof value === 'string';
const one =
  (...values: unknown[]): Shape =>
  (value) =>
    values.includes(value);
const optional =
  (shape: Shape): Shape =>
  (value) =>
    value === undefined || shape(value);
const object =
  (members: Record<string, Shape>): Shape =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.entries(members).every(([name, shape]) => shape((value as Item)[name]));

const notice = object({ deadline: time, at: time });

/** What a row has to be, all the way down, so that anybody could act on it: written by hand, not from the product's schema. */
const ROW: Record<string, Shape> = {
  lastActivity: time,
  subscriptionStatus: one('active', 'suspended', 'cancelled'),
  subscriptionTier: one('free', 'pro', 'enterprise'),
  containerStatus: one('active', 'idle', 'terminated'),
  retentionDays: optional(
    (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 36_500,
  ),
  lifecycle: optional(one('active', 'archiving', 'archived', 'restoring', 'terminating', 'terminated')),
  armedFor: optional(time),
  efsAccessPoint: optional((value) => typeof value === 'string' && /^fsap-[0-9a-f]{8,40}$/.test(value)),
  posixUid: optional(
    (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 4_294_967_295,
  ),
  subscriptionEventAt: optional(moment),
  history: optional(
    object({ sequence: (value) => Number.isInteger(value) && Number(value) >= 1, at: moment }),
  ),
  hold: optional(object({ until: optional(time), by: optional(text), reason: optional(text) })),
  extension: optional(object({ until: time, by: optional(text), reason: optional(text) })),
  requested: optional(
    object({
      action: one('archive', 'terminate'),
      at: time,
      by: text,
      reason: text,
      replaces: optional(object({ action: one('archive'), at: time, by: text, reason: text })),
    }),
  ),
  notices: optional(object({ archive: optional(notice), terminate: optional(notice) })),
  heldBack: optional(
    object({
      matter: one('archive', 'terminate', 'notify-archive', 'notify-terminate'),
      deadline: time,
      reason: one('off', 'observe', 'paused', 'control-invalid', 'budget'),
      since: time,
      until: optional(time),
    }),
  ),
  claim: optional(
    object({
      owner: (value) => typeof value === 'string' && value !== '',
      until: time,
      action: one('archive', 'terminate', 'restore'),
      step: one('stop-tasks', 'remove-access', 'delete-files', 'give-access'),
      origin: one('active', 'archived'),
      rule: text,
      since: time,
      decidedAt: time,
    }),
  ),
};

/** The attributes of a row that are not what they should be. `now` in epoch seconds. */
export function malformed(row: Item, now: number): string[] {
  const wrong = Object.entries(ROW).filter(([name, shape]) => !shape(row[name]));
  const isAhead = Number(row.lastActivity) > now + 300;
  return [...wrong.map(([name]) => name), ...(isAhead ? ['lastActivity (ahead)'] : [])];
}

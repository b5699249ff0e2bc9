import * as z from 'zod';
import { entryKey, type HistoryEntry, type HistoryKind, historyEntrySchema, SYSTEM } from './history.ts';

/** The kinds of events that others are told of; `detail-type` on the bus. */
export const detailTypeSchema = z.enum([
  'Workspace Expiring',
  'Workspace Archived',
  'Workspace Terminated',
  'Workspace Restored',
  'Workspace Resumed',
  'Workspace Held',
  'Workspace Released',
  'Workspace Extended',
  'Workspace Loss Requested',
  'Workspace Would Expire',
  'Workspace Would Be Archived',
  'Workspace Would Be Terminated',
  'Workspace Cleanup Delayed',
  'Cleanup Paused',
  'Cleanup Resumed',
  'Cleanup Control Changed',
]);
export type DetailType = z.infer<typeof detailTypeSchema>;

const { shape } = historyEntrySchema;

/** What an event says, version 1. Members are added to a version; what is there keeps its name and meaning. */
export const eventDetailSchema = z
  .strictObject({
    version: z.literal('1'),
    id: z
      .string()
      .describe('The same each time this event is sent: to tell a repetition from another event.'),
    workspace: z
      .strictObject({ clientId: z.string(), userId: z.string() })
      .optional()
      .describe('Absent in events about the system itself.'),
    sequence: z
      .int()
      .min(1)
      .describe(
        'Counts what happened to this workspace (or to the system), from 1: of two events the later has the higher one. Not every number is an event.',
      ),
    at: z.number().describe('When it happened, epoch seconds.'),
    by: z.string().describe('Who did it: policy, budget, deployment, user, or an operator.'),
    lifecycle: shape.lifecycle.describe('The state of the workspace from then on.'),
    rule: shape.rule.describe('The rule that called for it, e.g. retention-free.'),
    inputs: shape.inputs.describe('What the rule went by, with its values; times in epoch seconds.'),
    loss: shape.loss.describe('What will happen at `due`.'),
    matter: shape.matter.describe('What has not happened.'),
    deadline: shape.deadline.describe('From when on the rules called for it, epoch seconds.'),
    due: shape.due.describe('When it will be done, or was to be, epoch seconds.'),
    latenessSeconds: shape.latenessSeconds.describe('How long after `due` it was done.'),
    heldBackBy: shape.heldBackBy.describe('What kept it from happening.'),
    reason: shape.reason.describe('What people said of it.'),
    until: shape.until.describe('Until when: a hold, an extension, a turn. Epoch seconds.'),
    settings: shape.settings.describe('What was set.'),
  })
  .describe('The detail of an event of the source workspace-cleanup.');
export type EventDetail = z.infer<typeof eventDetailSchema>;

export interface WorkspaceEvent {
  detailType: DetailType;
  /** Epoch seconds. */
  at: number;
  detail: EventDetail;
}

/** Claims are no events: what comes of them is. */
const TYPES: Record<HistoryKind, DetailType | undefined> = {
  expiring: 'Workspace Expiring',
  archiving: undefined,
  terminating: undefined,
  restoring: undefined,
  archived: 'Workspace Archived',
  terminated: 'Workspace Terminated',
  restored: 'Workspace Restored',
  returned: 'Workspace Resumed',
  held: 'Workspace Held',
  released: 'Workspace Released',
  extended: 'Workspace Extended',
  requested: 'Workspace Loss Requested',
  'held-back': 'Workspace Cleanup Delayed',
  paused: 'Cleanup Paused',
  unpaused: 'Cleanup Resumed',
  'control-changed': 'Cleanup Control Changed',
  'limits-changed': 'Cleanup Control Changed',
};

/** What others are told of an entry of the history; undefined for what concerns nobody else. */
export function eventOf(entry: HistoryEntry): WorkspaceEvent | undefined {
  const detailType = detailTypeOf(entry);
  if (detailType === undefined) return undefined;
  const { workspace, what: _, at, ...rest } = entry;
  const [clientId = '', userId = ''] = workspace.split('/');
  const detail = eventDetailSchema.parse({
    version: '1',
    id: `${workspace}@${entryKey(entry)}`,
    ...(workspace !== SYSTEM && { workspace: { clientId, userId } }),
    at,
    ...rest,
  });
  return { detailType, at, detail };
}

/** What is only observed has types of its own: whoever tells users that they lose something must not tell them that. */
function detailTypeOf({ what, heldBackBy, matter }: HistoryEntry): DetailType | undefined {
  if (what !== 'held-back') return TYPES[what];
  if (heldBackBy === 'off') return undefined;
  if (heldBackBy !== 'observe') return TYPES[what];
  if (matter === 'archive') return 'Workspace Would Be Archived';
  return matter === 'terminate' ? 'Workspace Would Be Terminated' : 'Workspace Would Expire';
}

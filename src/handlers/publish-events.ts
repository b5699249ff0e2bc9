import { eventOf, type WorkspaceEvent } from '../core/event.ts';
import { historyEntrySchema } from '../core/history.ts';
import type { BatchResult, ChangeRecord, Events, Observer } from '../ports.ts';

export interface PublishPorts {
  events: Events;
  observer: Observer;
}

/** EventBridge takes ten events a call (PutEvents). */
const EVENTS_PER_CALL = 10;

interface Outgoing {
  sequenceNumber: string;
  workspace: string;
  event: WorkspaceEvent;
}

/**
 * The outbox: what was written to `WorkspaceHistory` is put on the bus, at least once, and for each workspace in order. An
 * event that the bus does not take is put again before any later one; that is why no call has two of one workspace. An
 * entry that is not understood is counted and skipped: retrying it would block all that come after it.
 */
export async function publishEvents(
  records: readonly ChangeRecord[],
  { events, observer }: PublishPorts,
): Promise<BatchResult> {
  for (const call of callsOf(records.flatMap((record) => outgoing(record, observer)))) {
    const refused = await put(call, events, observer);
    observer.count('Published', call.length - refused.length);
    const [first] = refused;
    if (first !== undefined) return { retryFrom: call[first]?.sequenceNumber };
  }
  return { retryFrom: undefined };
}

/** Of each call those that may be put at once: in the order of the records, no workspace twice. */
function callsOf(all: readonly Outgoing[]): Outgoing[][] {
  const calls: Outgoing[][] = [];
  let call: Outgoing[] = [];
  for (const one of all) {
    const isFull =
      call.length === EVENTS_PER_CALL || call.some(({ workspace }) => workspace === one.workspace);
    if (isFull) {
      calls.push(call);
      call = [];
    }
    call.push(one);
  }
  return call.length > 0 ? [...calls, call] : calls;
}

/** Returns the indexes of those that were not put, ascending. */
async function put(call: readonly Outgoing[], events: Events, observer: Observer): Promise<number[]> {
  try {
    const refused = await events.put(call.map(({ event }) => event));
    if (refused.length > 0) {
      const workspaces = refused.map((index) => call[index]?.workspace);
      observer.warn('the bus did not take all events, they will be put again', { workspaces });
    }
    return [...refused].sort((a, b) => a - b);
  } catch (error) {
    observer.warn('events could not be put, they will be put again', { error });
    return call.map((_, index) => index);
  }
}

function outgoing(record: ChangeRecord, observer: Observer): Outgoing[] {
  const image = record.newImage();
  // An entry that has expired.
  if (image === undefined) return [];
  const parsed = historyEntrySchema.safeParse(image);
  if (!parsed.success) {
    observer.count('InvalidHistory');
    observer.error('an entry of the history is invalid, nobody is told of it', { ...record.key });
    return [];
  }
  const { sequenceNumber } = record;
  const event = eventOf(parsed.data);
  return event === undefined ? [] : [{ sequenceNumber, workspace: parsed.data.workspace, event }];
}

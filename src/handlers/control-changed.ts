import type { BatchResult, ChangeRecord } from '../ports.ts';
import { type ReleasePorts, releaseWaiting } from './release-waiting.ts';
import { lowestSequenceNumber } from './stream-batch.ts';

/**
 * `CleanupControl` has changed, or has been noted how far what waited for that has been woken: goes on with that. A batch
 * is one reason to look, however many records it has.
 */
export async function controlChanged(
  records: readonly ChangeRecord[],
  ports: ReleasePorts,
): Promise<BatchResult> {
  const about = records.filter(({ key }) => key.kind === 'control');
  if (about.length === 0) return { retryFrom: undefined };
  try {
    await releaseWaiting(
      ports,
      about.some(({ key }) => key.key === 'cleanup'),
    );
    return { retryFrom: undefined };
  } catch (error) {
    ports.observer.warn('what was kept back could not all be woken, the records will be retried', { error });
    return { retryFrom: lowestSequenceNumber(about.map(({ sequenceNumber }) => sequenceNumber)) };
  }
}

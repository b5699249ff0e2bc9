import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Above this the garbage is looked for, in bytes: pages of a table are garbage a moment after they were read. */
const HEAP_LIMIT_BYTES = 96 * 1_048_576;
/** Finding that nothing is garbage takes a tenth of a second, so it is not done more often than this, in milliseconds. */
const COLLECT_EVERY_MS = 500;

let collect: (() => void) | undefined;
let collectedAt = Number.NEGATIVE_INFINITY;

/**
 * V8 lets garbage lie for as long as the machine has memory, so a walk over a million rows would take what there is. Called
 * after each step, this keeps the process as large as what it holds. The usual way, `--max-old-space-size`, has to be given
 * before the process starts, and would hold for every command.
 */
export function keepMemoryFlat(): void {
  if (getHeapStatistics().total_heap_size < HEAP_LIMIT_BYTES) return;
  const now = performance.now();
  if (now - collectedAt < COLLECT_EVERY_MS) return;
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
  collectedAt = performance.now();
}

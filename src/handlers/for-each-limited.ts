/**
 * Runs `work` for each item, at most `limit` at a time, in order of their start. An error ends its worker, and is
 * rejected with when the others have ended too: a handler that returned before them would be frozen in the middle.
 */
export async function forEachLimited<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) await work(next.value);
  };
  const ended = await Promise.allSettled(Array.from({ length: limit }, worker));
  const failed = ended.find((worker) => worker.status === 'rejected');
  if (failed) throw failed.reason;
}

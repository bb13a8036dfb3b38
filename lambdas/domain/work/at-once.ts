/**
 * Does something for each item, so many at once. After a failure nothing more begins; it is thrown when what had begun has
 * ended. (p-map throws at once, and leaves the others to go on behind the error's back.)
 */
export async function eachAtOnce<Item>(
  width: number,
  items: Iterable<Item>,
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  // One generator for all: whoever throws in its loop closes it for everybody.
  const queue = (function* () {
    yield* items;
  })();
  const ended = await Promise.allSettled(
    Array.from({ length: width }, async () => {
      for (const item of queue) await work(item);
    }),
  );
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}

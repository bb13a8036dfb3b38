/**
 * Does the work for each item, at most `width` at once. After a failure it starts no more work, and throws when the
 * work under way has ended. The package p-map throws at once and leaves that work running.
 */
export async function eachAtOnce<Item>(
  width: number,
  items: Iterable<Item>,
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  // All loops share one generator, so a loop that throws closes it for the others.
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

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
  await allEnded(
    Array.from({ length: width }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}

/**
 * Waits until all have ended, then throws the first failure in their order. `Promise.all` throws at once, and leaves the others running:
 * an invocation could then end before a call of its own is sent.
 */
export async function allEnded<const Values extends readonly unknown[]>(
  promises: Values,
): Promise<{ -readonly [Index in keyof Values]: Awaited<Values[Index]> }> {
  for (const one of await Promise.allSettled(promises)) if (one.status === 'rejected') throw one.reason;
  return Promise.all(promises);
}

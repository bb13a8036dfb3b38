/**
 * Does the work for each item, at most `width` at once, and yields the results in the order of the items. When it ends
 * early, it first waits for the work under way.
 */
export async function* inOrder<Item, Result>(
  width: number,
  items: AsyncIterable<Item> | Iterable<Item>,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const underWay: Promise<Result>[] = [];
  try {
    for await (const item of items) {
      const one = work(item);
      // An error is thrown when its turn comes. Until then it must not end the process.
      one.catch(() => {});
      underWay.push(one);
      if (underWay.length < width) continue;
      const [first] = underWay.splice(0, 1);
      if (first !== undefined) yield await first;
    }
    while (underWay.length > 0) {
      const [first] = underWay.splice(0, 1);
      if (first !== undefined) yield await first;
    }
  } finally {
    await Promise.allSettled(underWay);
  }
}

/** The items in portions of so many. */
export async function* portions<Item>(items: AsyncIterable<Item>, most: number): AsyncGenerator<Item[]> {
  let portion: Item[] = [];
  for await (const item of items) {
    portion.push(item);
    if (portion.length < most) continue;
    yield portion;
    portion = [];
  }
  if (portion.length > 0) yield portion;
}

/** The items until an interruption. The signal then shows that there may be more. */
export async function* untilAborted<Item>(
  items: AsyncIterable<Item>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Item> {
  for await (const item of items) {
    if (signal?.aborted) return;
    yield item;
  }
}

/**
 * Lets at most `limit` calls run at once. The others wait, in their order. The AWS SDK has 50 sockets for each client and
 * warns of more.
 */
export function limitedCalls<Arguments extends unknown[], Result>(
  limit: number,
  call: (...values: Arguments) => Promise<Result>,
): (...values: Arguments) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (...values) => {
    if (running < limit) running++;
    // The call that ends hands its place on.
    else await new Promise<void>((resolve) => void waiting.push(resolve));
    try {
      return await call(...values);
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}

/** Less than the sockets of an SDK client (`maxSockets` of its request handler: 50). */
export const callsAtOnce = 40;

import { expect, test } from 'vitest';
import { allEnded, eachAtOnce } from '../../../../../lambdas/domain/work/at-once.ts';

/** Work that ends when the test ends it. */
function givenWork() {
  const begun: { item: string; end: (error?: Error) => Promise<void> }[] = [];
  const work = (item: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const end = async (error?: Error) => {
      if (error === undefined) resolve();
      else reject(error);
      await new Promise(setImmediate);
    };
    begun.push({ item, end });
    return promise;
  };
  const end = (place: number, error?: Error) => begun[place]?.end(error);
  return { work, end, items: () => begun.map(({ item }) => item) };
}

test('with a width of two, the third item begins when one of the first two has ended', async () => {
  const { work, end, items } = givenWork();
  const all = eachAtOnce(2, ['a', 'b', 'c'], work);
  expect(items()).toEqual(['a', 'b']);
  await end(1);
  expect(items()).toEqual(['a', 'b', 'c']);
  await end(0);
  await end(2);
  await all;
});

test('after a failure no more work begins, and the error is thrown when the work under way has ended', async () => {
  const { work, end, items } = givenWork();
  let thrown: unknown;
  const all = eachAtOnce(2, ['a', 'b', 'c', 'd'], work).catch((error: unknown) => {
    thrown = error;
  });
  const failure = new Error('no answer');
  await end(0, failure);
  expect(thrown).toBeUndefined();
  await end(1);
  await all;
  expect(thrown).toBe(failure);
  expect(items()).toEqual(['a', 'b']);
});

test('all have ended before the first failure is thrown', async () => {
  const { work, end } = givenWork();
  let thrown: unknown;
  const all = allEnded([work('secret'), work('quota')]).catch((error: unknown) => {
    thrown = error;
  });
  const failure = new Error('no answer');
  await end(0, failure);
  expect(thrown).toBeUndefined();
  await end(1, new Error('another'));
  await all;
  expect(thrown).toBe(failure);
});

test('all that have ended hand over their values, in order', async () => {
  expect(await allEnded([Promise.resolve('secret'), 7])).toEqual(['secret', 7]);
});

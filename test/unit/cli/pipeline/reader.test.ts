import type { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { describe, expect, test } from 'vitest';
import { Reader, ReadingInterrupted, readingPace } from '../../../../cli/pipeline/reader.ts';
import { config } from '../../../../examples/configuration.ts';
import type { LinkAddress } from '../../../../lambdas/domain/link/link-id.ts';
import type { ReadRequest } from '../../../../lambdas/reader/reading.ts';
import { SteppedClock } from '../../../world/stepped-clock.ts';

const at = (id: number | string): LinkAddress => ({ onelinkId: 'A1b3', shortlinkId: `${id}` });
const never = new AbortController().signal;
const absent = { meaning: 'absent', fault: { path: '', rule: 'api-404', message: 'the API has no such link' } };

/** The function in Lambda: one environment, 28 links a second. It throttles a second invocation, and can be aborted. */
function givenReader({ most = 1_000, failing }: { most?: number; failing?: object | Error } = {}) {
  const clock = new SteppedClock();
  const turns: { tool: string; links: number }[] = [];
  let running = 0;
  let throttled = 0;
  let state = 1;
  const random = () => {
    state = Math.imul(state, 48_271) % 0x7fffffff;
    return Math.abs(state) / 0x7fffffff;
  };
  const payload = (answer: object) => {
    const text = JSON.stringify(answer);
    return Object.assign(Buffer.from(text), { transformToString: () => text });
  };
  const lambdaOf = (tool: string) =>
    ({
      send: async ({ input }: InvokeCommand, { abortSignal }: { abortSignal: AbortSignal }) => {
        if (failing instanceof Error) throw failing;
        if (running === 1) {
          throttled++;
          throw Object.assign(new Error('Rate Exceeded.'), { name: 'TooManyRequestsException' });
        }
        running++;
        const { links, quotaOf }: ReadRequest = JSON.parse(String(input.Payload));
        const answered = links.slice(0, most);
        turns.push({ tool, links: links.length });
        await clock.sleep((1_000 * answered.length) / 28);
        running--;
        if (abortSignal.aborted) throw Object.assign(new Error('Request aborted'), { name: 'AbortError' });
        if (failing !== undefined) return { StatusCode: 200, FunctionError: 'Unhandled', Payload: payload(failing) };
        const answers = answered.map(({ shortlinkId }) =>
          shortlinkId === 'none' ? absent : { meaning: 'ok', value: { data: { id: shortlinkId }, expiresAt: 1 } },
        );
        const quota = quotaOf === undefined ? {} : { quota: { meaning: 'ok', value: 7 } };
        return { StatusCode: 200, Payload: payload({ links: answers, ...quota }) };
      },
    }) as unknown as Pick<LambdaClient, 'send'>;
  const open = (tool = 'verify', interrupted = never) =>
    new Reader({ functionName: 'reader', batchSize: 112, interrupted }, { lambda: lambdaOf(tool), clock, random });
  return { clock, turns, open, throttled: () => throttled };
}

const read = (reader: Reader, ids: readonly (number | string)[]) => Promise.all(ids.map((id) => reader.read(at(id))));
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('the reader', () => {
  test('reads the links of concurrent checks in one turn, and gives each check its answer', async () => {
    const { clock, turns, open } = givenReader();
    const answers = await clock.until(read(open(), ['a', 'none', 'b']));
    expect(answers).toEqual([
      { meaning: 'ok', value: { data: { id: 'a' }, expiresAt: 1 } },
      absent,
      { meaning: 'ok', value: { data: { id: 'b' }, expiresAt: 1 } },
    ]);
    expect(turns).toEqual([{ tool: 'verify', links: 3 }]);
  });

  test('asks for more links than one turn may have in several turns', async () => {
    const { clock, turns, open } = givenReader();
    await clock.until(read(open(), upTo(250)));
    expect(turns.map(({ links }) => links)).toEqual([112, 112, 26]);
  });

  test('asks again for the links that a turn left over', async () => {
    const { clock, turns, open } = givenReader({ most: 60 });
    const answers = await clock.until(read(open(), upTo(100)));
    expect(turns.map(({ links }) => links)).toEqual([100, 40]);
    expect(answers.at(99)).toEqual({ meaning: 'ok', value: { data: { id: '99' }, expiresAt: 1 } });
  });

  test('lets another tool have its turn between two of its own', async () => {
    // Given: a long run, and beside it one read of a link
    const { clock, turns, open, throttled } = givenReader();
    const long = read(open('verify'), upTo(40 * 112));
    // When: it asks during the first turn
    await clock.until(clock.sleep(1_000));
    await clock.until(read(open('get'), ['a']));
    // Then: it has waited for one turn of four seconds, or a few
    expect(turns.at(-1)?.tool).toBe('get');
    expect(turns.length).toBeLessThan(6);
    expect(throttled()).toBeGreaterThan(0);
    await clock.until(long);
  });

  test('gives two long runs about as many turns each', async () => {
    const { clock, turns, open } = givenReader();
    const both = [read(open('verify'), upTo(30 * 112)), read(open('policy'), upTo(30 * 112))];
    await clock.until(Promise.race(both));
    const share = turns.filter(({ tool }) => tool === 'policy').length / turns.length;
    expect(share).toBeGreaterThan(0.3);
    expect(share).toBeLessThan(0.7);
    await clock.until(Promise.all(both));
  });

  test('gives up when it has been busy for five minutes', async () => {
    const busy = Object.assign(new Error('Rate Exceeded.'), { name: 'TooManyRequestsException' });
    const { clock, open } = givenReader({ failing: busy });
    await expect(clock.until(open().read(at('a')))).rejects.toThrow('The reader has been busy for five minutes.');
    expect(clock.monotonicMilliseconds()).toBeGreaterThan(300_000);
  });

  test.each([
    ['BadReadRequest', 'The reader does not understand this release of the command line.'],
    ['TokenUnreadable', 'The reader cannot read the secret of the API token. Run: onelink doctor'],
    ['Sandbox.Timedout', 'The reader failed (Sandbox.Timedout). See the log group'],
  ])('reports the error %s by its name, and not its message', async (errorType, words) => {
    const { clock, open } = givenReader({ failing: { errorType, errorMessage: 'a secret value' } });
    const failed = read(open(), ['a', 'b']);
    await expect(clock.until(failed)).rejects.toThrow(words);
    await expect(failed).rejects.not.toThrow('a secret value');
  });

  test('passes on Lambda’s refusal to every waiting read', async () => {
    const denied = Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });
    const { clock, open } = givenReader({ failing: denied });
    const reader = open();
    const ended = await clock.until(Promise.allSettled([reader.read(at('a')), reader.read(at('b'))]));
    expect(ended).toEqual([
      { status: 'rejected', reason: denied },
      { status: 'rejected', reason: denied },
    ]);
  });

  test('gives up after three turns without an answer', async () => {
    const { clock, turns, open } = givenReader({ most: 0 });
    await expect(clock.until(open().read(at('a')))).rejects.toThrow('The reader failed (no answer in three turns).');
    expect(turns).toHaveLength(3);
  });

  test('ends all waiting reads when it is interrupted, and starts no more turns', async () => {
    const { clock, turns, open } = givenReader();
    const interruption = new AbortController();
    const reader = open('verify', interruption.signal);
    const ended = Promise.allSettled(upTo(200).map((id) => reader.read(at(id))));
    await clock.until(clock.sleep(1_000));
    interruption.abort();
    const reasons = (await clock.until(ended)).map((one) => one.status === 'rejected' && one.reason);
    expect(reasons.every((reason) => reason instanceof ReadingInterrupted)).toBe(true);
    expect(turns).toHaveLength(1);
  });

  test('asks for the quota by one call', async () => {
    const { clock, open } = givenReader();
    expect(await clock.until(open().quota('acc-demo'))).toEqual({ meaning: 'ok', value: 7 });
  });
});

test('the pace is the plan’s, and what one tool alone reaches', () => {
  const settings = config.stages.production?.pipelines[0] ?? expect.fail('no pipeline');
  const account = config.accounts.acme ?? expect.fail('no account');
  expect(readingPace({ settings, account })).toEqual({
    batchSize: 72,
    sustainedPerSecond: expect.closeTo(16.53, 2),
  });
});

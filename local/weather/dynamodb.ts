import type { WeatherPlan } from './plan.ts';
import { staleReads } from './stale-reads.ts';
import { jsonAction, jsonAnswer, jsonBody, lost, type Treatment, withBody } from './wire/exchange.ts';

const writes = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'];
const reads = ['GetItem', 'BatchGetItem', 'Query'];

type Key = Record<string, unknown>;
interface BatchGet {
  RequestItems: Record<string, { Keys: Key[] }>;
}
interface BatchGot {
  UnprocessedKeys?: Record<string, { Keys: Key[] }>;
}

/** Degrades a request to DynamoDB. */
export function dynamodbWeather(plan: WeatherPlan, now: () => number = Date.now): Treatment {
  const stale = staleReads(plan, now);
  return async (request, forward) => {
    const action = jsonAction(request);
    if ([...writes, ...reads].includes(action) && plan.strikes('dynamodb-throttles')) return throttled;
    if (action === 'BatchGetItem') {
      const { left, asked } = leaveOut(plan, jsonBody<BatchGet>(request));
      if (left === undefined) return forward();
      const answer = await forward(withBody(request, asked));
      if (answer.status !== 200) return answer;
      const got = jsonBody<BatchGot>(answer);
      return withBody(answer, { ...got, UnprocessedKeys: { ...got.UnprocessedKeys, ...left } });
    }
    if (action === 'GetItem') return (await stale.get(request, forward)) ?? forward();
    if (!writes.includes(action)) return forward();
    if (action !== 'BatchWriteItem') await stale.beforeWrite(request, forward);
    const answer = await forward();
    // A refused write loses its answer, too: the SDK repeats the write, and DynamoDB refuses it again.
    return plan.strikes('dynamodb-lost-answers') ? lost : answer;
  };
}

const throttled = jsonAnswer(400, {
  __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
  message: 'The level of configured provisioned throughput for the table was exceeded.',
});

/** Splits the keys of one table. At least one goes to DynamoDB, because DynamoDB never leaves out a whole batch. */
function leaveOut(plan: WeatherPlan, input: BatchGet): { asked: BatchGet; left?: BatchGet['RequestItems'] } {
  const [[table, wanted] = []] = Object.entries(input.RequestItems);
  if (table === undefined || wanted === undefined || wanted.Keys.length < 2) return { asked: input };
  if (!plan.strikes('dynamodb-unprocessed-keys')) return { asked: input };
  const left = plan.some('dynamodb-unprocessed-keys', wanted.Keys.slice(1));
  const Keys = wanted.Keys.filter((key) => !left.has(key));
  return {
    asked: { ...input, RequestItems: { ...input.RequestItems, [table]: { ...wanted, Keys } } },
    left: { [table]: { ...wanted, Keys: [...left] } },
  };
}

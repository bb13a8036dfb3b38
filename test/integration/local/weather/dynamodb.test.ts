import {
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { dynamodbWeather } from '../../../../local/weather/dynamodb.ts';
import type { WeatherKind } from '../../../../local/weather/kinds.ts';
import { WeatherPlan } from '../../../../local/weather/plan.ts';
import { clientSettings, givenTable } from '../../lambdas/adapters/given-engines.ts';
import { always, givenFront } from './given-weather.ts';

const { client: calm, table: TableName } = await givenTable();

async function given(...kinds: WeatherKind[]) {
  const plan = always(...kinds);
  const endpoint = await givenFront(calm, plan, (weather) => dynamodbWeather(weather, () => 0));
  const client = (maxAttempts: number) => new DynamoDBClient({ ...clientSettings(endpoint), maxAttempts });
  return { plan, once: client(1), patient: client(3) };
}

const key = (pk: string) => ({ pk: { S: pk } });

describe('weather in front of DynamoDB', () => {
  it('throttles a request, and the retry of the SDK succeeds', async () => {
    const { plan, once, patient } = await given('dynamodb-throttles');
    const get = () => new GetItemCommand({ TableName, Key: key('a') });
    await expect(once.send(get())).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });
    await expect(patient.send(get())).resolves.toMatchObject({ $metadata: { attempts: 2 } });
    expect(plan.counts().get('dynamodb-throttles')).toBe(2);
  });

  it('loses the answer of a successful write, so DynamoDB refuses the retry of a conditional write', async () => {
    const { once, patient } = await given('dynamodb-lost-answers');
    const put = (pk: string) =>
      new PutItemCommand({ TableName, Item: key(pk), ConditionExpression: 'attribute_not_exists(pk)' });
    await expect(once.send(put('lost-1'))).rejects.toThrow();
    expect((await calm.send(new GetItemCommand({ TableName, Key: key('lost-1') }))).Item).toEqual(key('lost-1'));
    await expect(patient.send(put('lost-2'))).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
  });

  it('leaves keys of a batch unprocessed, and a later call returns them', async () => {
    const { once } = await given('dynamodb-unprocessed-keys');
    const all = ['k1', 'k2', 'k3', 'k4'];
    for (const pk of all) await calm.send(new PutItemCommand({ TableName, Item: key(pk) }));
    let Keys = all.map(key);
    const got: unknown[] = [];
    let calls = 0;
    while (Keys.length > 0) {
      const answer: BatchGetItemCommandOutput = await once.send(
        new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys } } }),
      );
      got.push(...(answer.Responses?.[TableName] ?? []));
      const left = (answer.UnprocessedKeys?.[TableName]?.Keys ?? []) as typeof Keys;
      expect(left.length).toBeLessThan(Keys.length);
      Keys = left;
      calls += 1;
    }
    expect(calls).toBeGreaterThan(1);
    expect(got).toHaveLength(4);
    expect(got).toEqual(expect.arrayContaining(all.map(key)));
  });

  it('answers an eventually consistent read without the last write, and a consistent read with it', async () => {
    const { once, plan } = await given('dynamodb-stale-reads');
    const Key = key('stale');
    const get = async (ConsistentRead: boolean) =>
      (await once.send(new GetItemCommand({ TableName, Key, ConsistentRead }))).Item;
    const put = (n: string) => once.send(new PutItemCommand({ TableName, Item: { ...Key, n: { N: n } } }));
    // It can miss writes only after the first such read of the table.
    expect(await get(false)).toBeUndefined();
    await put('1');
    expect(await get(false)).toBeUndefined();
    await put('2');
    expect(await get(false)).toEqual({ ...Key, n: { N: '1' } });
    expect(await get(true)).toEqual({ ...Key, n: { N: '2' } });
    expect(plan.counts().get('dynamodb-stale-reads')).toBe(2);
  });

  it('changes nothing if no kind is on', async () => {
    const endpoint = await givenFront(calm, new WeatherPlan({ seed: 1, kinds: [] }), dynamodbWeather);
    const client = new DynamoDBClient(clientSettings(endpoint));
    await client.send(new PutItemCommand({ TableName, Item: key('calm') }));
    expect((await client.send(new GetItemCommand({ TableName, Key: key('calm') }))).Item).toEqual(key('calm'));
  });
});

import type { WeatherPlan } from './plan.ts';
import { jsonAnswer, jsonBody, type Treatment, type WireRequest, withBody } from './wire/exchange.ts';

type Forward = Parameters<Treatment>[1];
type Item = Record<string, unknown>;

/** How long after a write an eventually consistent read may miss it. DynamoDB documents: usually within a second. */
const staleMilliseconds = 1_000;

interface Get {
  TableName: string;
  Key: Item;
  ConsistentRead?: boolean;
  ProjectionExpression?: string;
}
interface Write {
  TableName: string;
  Key?: Item;
  Item?: Item;
}

/**
 * Answers an eventually consistent GetItem without the last write. It reads the earlier item before each write, but
 * only for tables that have had such a read, so that other tables cost nothing.
 */
export function staleReads(plan: WeatherPlan, now: () => number) {
  /** Names of the key attributes, by table. */
  const keys = new Map<string, string[]>();
  const before = new Map<string, { item: Item | undefined; until: number }>();
  return {
    /** Call it before a PutItem, UpdateItem or DeleteItem. */
    async beforeWrite(request: WireRequest, forward: Forward): Promise<void> {
      const { TableName, Key, Item } = jsonBody<Write>(request);
      const names = keys.get(TableName);
      const from = Key ?? Item;
      if (names === undefined || from === undefined) return;
      const key = Object.fromEntries(names.map((name) => [name, from[name]]));
      const read = operation(request, 'GetItem', { TableName, Key: key, ConsistentRead: true });
      const answer = await forward(read);
      if (answer.status !== 200) return;
      for (const [id, { until }] of before) if (until < now()) before.delete(id);
      const item = jsonBody<{ Item?: Item }>(answer).Item;
      before.set(idOf(TableName, key), { item, until: now() + staleMilliseconds });
    },

    /** The answer of a GetItem. Undefined if it has no stale answer. */
    async get(request: WireRequest, forward: Forward) {
      const { TableName, Key, ConsistentRead, ProjectionExpression } = jsonBody<Get>(request);
      if (!plan.isOn('dynamodb-stale-reads') || ConsistentRead || ProjectionExpression !== undefined) return undefined;
      if (!keys.has(TableName)) {
        const answer = await forward(operation(request, 'DescribeTable', { TableName }));
        const { Table } = jsonBody<{ Table?: { KeySchema: { AttributeName: string }[] } }>(answer);
        const names = Table?.KeySchema.map(({ AttributeName }) => AttributeName);
        if (names) keys.set(TableName, names);
      }
      const known = before.get(idOf(TableName, Key));
      if (known === undefined || known.until < now() || !plan.strikes('dynamodb-stale-reads')) return undefined;
      return jsonAnswer(200, known.item === undefined ? {} : { Item: known.item });
    },
  };
}

function operation(request: WireRequest, name: string, input: unknown): WireRequest {
  const target = { 'x-amz-target': `DynamoDB_20120810.${name}` };
  return withBody({ ...request, headers: { ...request.headers, ...target } }, input);
}

/** The same text for the same key, in any order of its attributes. */
function idOf(table: string, key: Item): string {
  return JSON.stringify([table, Object.entries(key).sort(([one], [other]) => (one < other ? -1 : 1))]);
}

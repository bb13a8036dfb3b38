import { localAccountId } from '../endpoints.ts';

/** A request as IAM sees it: an action on a resource. One request can be several calls. */
export interface Call {
  /** `sqs:SendMessage` */
  readonly action: string;
  /** An ARN. `*` for an action on no resource. */
  readonly resource: string;
  /** Context keys of the request alone, such as `s3:prefix`. */
  readonly context?: Readonly<Record<string, string | string[]>>;
}

type Input = Readonly<Record<string, unknown>>;

const text = (value: unknown) => (typeof value === 'string' ? value : '');
const nameIn = (url: unknown) => text(url).split('/').at(-1) ?? '';

/** The call of a request to SQS. A batch needs the permission of its single action. */
export function sqsCalls(action: string, input: Input, region: string): Call[] {
  const name = nameIn(input.QueueUrl) || text(input.QueueName);
  const resource = name === '' ? '*' : `arn:aws:sqs:${region}:${localAccountId}:${name}`;
  return [{ action: `sqs:${action.replace(/Batch$/, '')}`, resource }];
}

/** The call of a request to SNS, from its form. */
export function snsCalls(form: Input, region: string): Call[] {
  const action = text(form.Action).replace(/Batch$/, '');
  const created = form.Name === undefined ? '*' : `arn:aws:sns:${region}:${localAccountId}:${text(form.Name)}`;
  const [, ofSubscription] = /^(.*):[^:]+$/.exec(text(form.SubscriptionArn)) ?? [];
  const resource = text(form.TopicArn) || text(form.ResourceArn) || ofSubscription || created;
  const context = {
    ...(text(form.Endpoint) !== '' && { 'sns:Endpoint': text(form.Endpoint) }),
    ...(text(form.Protocol) !== '' && { 'sns:Protocol': text(form.Protocol) }),
  };
  return [{ action: `sns:${action}`, resource, ...(action === 'Subscribe' && { context }) }];
}

/** The beginning of a partition key: `link#A1b3/` of `link#A1b3/abc`. Policies end there, and decisions stay few. */
const leading = (key: string) => /^[^#]*#?[^/#]*[/#]?/.exec(key)?.[0] ?? '';

/** Requests that name one item by its key. A put names it among the item's attributes, and is not among them. */
const byOneKey: ReadonlySet<string> = new Set(['GetItem', 'DeleteItem', 'UpdateItem']);

/** What `dynamodb:LeadingKeys` has for requests by key, of tables with a partition key alone. */
function leadingKeys(keys: readonly unknown[]): Pick<Call, 'context'> {
  const found = keys.flatMap((key) => {
    const values = Object.values(Object(key) as Record<string, { S?: unknown }>);
    return values.length === 1 ? [leading(text(values[0]?.S))] : [];
  });
  return found.length === 0 ? {} : { context: { 'dynamodb:LeadingKeys': [...new Set(found)].sort() } };
}

/** The calls of a request to DynamoDB: one a table, or of the index that it reads. */
export function dynamodbCalls(action: string, input: Input, region: string): Call[] {
  const arnOf = (table: string) =>
    table.startsWith('arn:') ? table : `arn:aws:dynamodb:${region}:${localAccountId}:table/${table}`;
  const { RequestItems, TableName, IndexName } = input;
  const tables =
    typeof RequestItems === 'object' && RequestItems !== null ? Object.keys(RequestItems) : [text(TableName)];
  return tables.map((table) => {
    if (table === '') return { action: `dynamodb:${action}`, resource: '*' };
    const index = IndexName === undefined ? '' : `/index/${text(IndexName)}`;
    const { Keys = [] } = Object(Object(RequestItems)[table]) as { Keys?: unknown[] };
    const keys = action === 'BatchGetItem' ? Keys : byOneKey.has(action) ? [input.Key] : [];
    return { action: `dynamodb:${action}`, resource: `${arnOf(table)}${index}`, ...leadingKeys(keys) };
  });
}

import { localAccountId } from '../endpoints.ts';

/** A request as IAM sees it: an action on a resource. One request can be several calls. */
export interface Call {
  /** `sqs:SendMessage` */
  readonly action: string;
  /** An ARN. `*` for an action on no resource. */
  readonly resource: string;
  /** Context keys of the request alone, such as `s3:prefix`. */
  readonly context?: Readonly<Record<string, string>>;
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
  return [{ action: `sns:${action}`, resource }];
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
    return { action: `dynamodb:${action}`, resource: `${arnOf(table)}${index}` };
  });
}

const objectActions: Readonly<Record<string, string>> = {
  GET: 'GetObject',
  HEAD: 'GetObject',
  PUT: 'PutObject',
  POST: 'PutObject',
  DELETE: 'DeleteObject',
};
const bucketActions: Readonly<Record<string, string>> = {
  GET: 'ListBucket',
  HEAD: 'ListBucket',
  PUT: 'CreateBucket',
  DELETE: 'DeleteBucket',
};
/** The names of actions that do not follow from the subresource. */
const settings: Readonly<Record<string, string>> = {
  policy: 'BucketPolicy',
  policyStatus: 'BucketPolicyStatus',
  encryption: 'EncryptionConfiguration',
  publicAccessBlock: 'BucketPublicAccessBlock',
  location: 'BucketLocation',
  notification: 'BucketNotification',
  versioning: 'BucketVersioning',
};

/**
 * The calls of a request to S3.
 * @param body of a DeleteObjects: its XML
 */
export function s3Calls(
  method: string,
  url: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body = '',
): Call[] {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const [, bucket = '', ...rest] = pathname.split('/').map(decodeURIComponent);
  const key = rest.join('/');
  if (bucket === '') return [{ action: 's3:ListAllMyBuckets', resource: '*' }];
  const arn = `arn:aws:s3:::${bucket}`;
  if (key !== '') {
    const source = text(headers['x-amz-copy-source']).replace(/^\//, '');
    const copied =
      source === '' ? [] : [{ action: 's3:GetObject', resource: `arn:aws:s3:::${decodeURIComponent(source)}` }];
    const isAbort = method === 'DELETE' && searchParams.has('uploadId');
    const action = isAbort ? 's3:AbortMultipartUpload' : `s3:${objectActions[method]}`;
    return [{ action, resource: `${arn}/${key}` }, ...copied];
  }
  if (method === 'POST' && searchParams.has('delete')) {
    const keys = [...body.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, one = '']) => one);
    return keys.map((one) => ({ action: 's3:DeleteObject', resource: `${arn}/${one}` }));
  }
  const setting = Object.keys(settings).find((name) => searchParams.has(name));
  if (setting !== undefined)
    return [{ action: `s3:${method === 'GET' ? 'Get' : 'Put'}${settings[setting]}`, resource: arn }];
  const prefix = searchParams.get('prefix');
  const action = `s3:${bucketActions[method]}`;
  return [{ action, resource: arn, ...(prefix !== null && { context: { 's3:prefix': prefix } }) }];
}

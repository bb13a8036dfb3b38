import { buffer } from 'node:stream/consumers';
import { serverOnLoopback } from './loopback.ts';

/** What a service answers: a JSON object, the XML within its result, or an error in the form of the service. */
export type Answer =
  | { json: object }
  | { xml: string }
  | { error: [status: number, code: string, message: string] }
  | { status: number; headers?: Record<string, string> }
  | 'silence';

/** Answers by operation. A function gets the input: parameters of the query protocol, or the JSON body. */
export type Answers = Readonly<Record<string, Answer | ((input: Readonly<Record<string, unknown>>) => Answer)>>;

const account = '111122223333';
const accountSettings = (quota: number, unreserved: number): Answer => ({
  json: { AccountLimit: { ConcurrentExecutions: quota, UnreservedConcurrentExecutions: unreserved } },
});

/** The errors of AWS for what does not exist, word for word. */
export const missing = {
  stack: (name: unknown): Answer => ({ error: [400, 'ValidationError', `Stack with id ${name} does not exist`] }),
  role: (name: unknown): Answer => ({
    error: [404, 'NoSuchEntity', `The role with name ${name} cannot be found.`],
  }),
  parameter: { error: [400, 'ParameterNotFound', ''] } as Answer,
  secret: {
    error: [400, 'ResourceNotFoundException', "Secrets Manager can't find the specified secret."],
  } as Answer,
  key: (id: unknown): Answer => ({ error: [400, 'NotFoundException', `Key '${id}' does not exist`] }),
  topic: { error: [404, 'NotFound', 'Topic does not exist'] } as Answer,
};

/** AWS's refusal of a call that no policy permits. */
export const denied = (code: string, action: string): Answer => ({
  error: [
    403,
    code,
    `User: arn:aws:iam::${account}:user/anna is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`,
  ],
});

/** IAM's summary of an account. */
export const summary = (entries: Record<string, number>): Answer => ({
  xml: `<SummaryMap>${Object.entries(entries)
    .map(([key, value]) => `<entry><key>${key}</key><value>${value}</value></entry>`)
    .join('')}</SummaryMap>`,
});

/** A new AWS account with the CDK's bootstrap and quota enough, in which nothing of a pipeline exists. */
const newAccount: Answers = {
  GetCallerIdentity: {
    xml: `<Account>${account}</Account><Arn>arn:aws:iam::${account}:user/anna</Arn><UserId>AIDAEXAMPLE</UserId>`,
  },
  GetParameter: { json: { Parameter: { Name: '/cdk-bootstrap/hnb659fds/version', Value: '27' } } },
  GetAccountSettings: accountSettings(1_000, 1_000),
  DescribeStacks: ({ StackName }) => missing.stack(StackName),
  ListStacks: { xml: '<StackSummaries/>' },
  DescribeAlarms: { json: { MetricAlarms: [] } },
  ListDashboards: { json: { DashboardEntries: [] } },
  DescribeSecret: missing.secret,
  DescribeKey: ({ KeyId }) => missing.key(KeyId),
  GetRole: ({ RoleName }) => missing.role(RoleName),
  GetTopicAttributes: missing.topic,
  ListDocuments: { json: { DocumentIdentifiers: [] } },
  GetAccountSummary: summary({ Roles: 40, RolesQuota: 1_000, Policies: 20, PoliciesQuota: 1_500 }),
};

/** The account's limits of Lambda, as answers. */
export const concurrency = (quota: number, unreserved: number): Answers => ({
  GetAccountSettings: accountSettings(quota, unreserved),
});

/**
 * AWS on loopback, in the protocols of its services: JSON, query, EC2's query, REST of Lambda and S3. A call without an answer is
 * an error of the test.
 *
 * @param answers beside those of a new account
 * @param atEnd `afterAll` or `onTestFinished`
 * @returns the environment that leads the SDK there, and the calls as they come
 */
export async function awsAccount(answers: Answers, atEnd: (close: () => void) => void) {
  const all: Answers = { ...newAccount, ...answers };
  const calls: string[] = [];
  const { origin } = await serverOnLoopback(async (request, response) => {
    const body = (await buffer(request)).toString();
    const { protocol, operation, input } = callOf(request.method ?? '', request.url ?? '/', request.headers, body);
    calls.push(operation);
    const given = Object.hasOwn(all, operation) ? all[operation] : undefined;
    const answer = typeof given === 'function' ? given(input) : (given ?? { error: [500, 'NoAnswer', operation] });
    if (answer === 'silence') return;
    const [status, headers, text] = wireOf(protocol, operation, answer as Exclude<Answer, 'silence'>);
    response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : text);
  }, atEnd);
  const environment = {
    AWS_ENDPOINT_URL: origin,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
  };
  return { environment, calls };
}

type Protocol = 'json' | 'query' | 'ec2' | 'lambda' | 's3';

const s3Operations: Readonly<Record<string, string>> = {
  policy: 'GetBucketPolicy',
  acl: 'GetBucketAcl',
  encryption: 'GetBucketEncryption',
  'object-lock': 'GetObjectLockConfiguration',
  location: 'GetBucketLocation',
  'list-type': 'ListObjectsV2',
};

function callOf(method: string, path: string, headers: Record<string, unknown>, body: string) {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') {
    return { protocol: 'json' as const, operation: target.split('.').at(-1) ?? '', input: JSON.parse(body) };
  }
  const form = Object.fromEntries(new URLSearchParams(body));
  if (form.Action !== undefined) {
    const protocol: Protocol = form.Version === '2016-11-15' ? 'ec2' : 'query';
    return { protocol, operation: form.Action, input: form };
  }
  const url = new URL(path, 'http://aws');
  if (url.pathname.includes('/account-settings')) {
    return { protocol: 'lambda' as const, operation: 'GetAccountSettings', input: {} };
  }
  const query = Object.fromEntries(url.searchParams);
  const [asked = ''] = Object.keys(query);
  const operation = method === 'HEAD' ? 'HeadBucket' : (s3Operations[asked] ?? `${method} ${path}`);
  return { protocol: 's3' as const, operation, input: { Bucket: url.pathname.split('/')[1], ...query } };
}

type Wire = [status: number, headers: Record<string, string>, body: string];
const xmlHeaders = { 'content-type': 'text/xml' };

function wireOf(protocol: Protocol, operation: string, answer: Exclude<Answer, 'silence'>): Wire {
  if ('status' in answer) return [answer.status, answer.headers ?? {}, ''];
  if ('json' in answer) return [200, { 'content-type': 'application/json' }, JSON.stringify(answer.json)];
  if ('xml' in answer) {
    if (protocol === 's3') return [200, xmlHeaders, answer.xml];
    const inner = protocol === 'ec2' ? answer.xml : `<${operation}Result>${answer.xml}</${operation}Result>`;
    return [200, xmlHeaders, `<${operation}Response>${inner}</${operation}Response>`];
  }
  const [status, code, message] = answer.error;
  const escaped = message.replaceAll("'", '&apos;');
  const error = `<Error><Code>${code}</Code><Message>${escaped}</Message></Error>`;
  if (protocol === 'ec2') return [status, xmlHeaders, `<Response><Errors>${error}</Errors></Response>`];
  if (protocol === 'query') return [status, xmlHeaders, `<ErrorResponse>${error}</ErrorResponse>`];
  if (protocol === 's3') return [status, xmlHeaders, error];
  const headers = { 'content-type': 'application/json', 'x-amzn-errortype': code };
  return [status === 403 && protocol === 'json' ? 400 : status, headers, JSON.stringify({ __type: code, message })];
}

/** Requests to KMS in a month of 30 days, by the service that makes them in a caller's name. */
export interface KeyRequests {
  sqs: number;
  sns: number;
  dynamoDb: number;
  secretsManager: number;
  lambda: number;
}

export interface Template {
  Resources?: object;
  Outputs?: object;
}

const secondsPerMonth = 2_592_000;
const [minute, fiveMinutes, hour] = [60, 300, 3_600];
const timesAMonth = (everySeconds: number) => secondsPerMonth / everySeconds;

/**
 * The requests that a pipeline makes by what AWS documents, from its templates. Every caller that may use a resource counts as one that
 * uses it all month, so a pipeline that rests makes fewer.
 *
 * - **SQS**: month / reuse period × (2 × senders + receivers), for each queue (developer guide, "Key management"). Lambda receives in the
 *   name of the function's role, however often it polls.
 * - **SNS**: month / 5 minutes × 2 × publishers, for each topic (developer guide, "Managing encryption keys and costs"). AWS adds to both
 *   formulas that these services are distributed, and that the number may be higher.
 * - **DynamoDB**: a request for each caller and table after five minutes without one (KMS developer guide, "How DynamoDB uses AWS KMS",
 *   "Table key caching"). A caller that never rests needs fewer. Some versions of that page name each connection instead of each caller.
 *   By them, each environment of a function counts, and the number is several times as large.
 * - **Secrets Manager**: a request for each read of a value (user guide, "Secret encryption and decryption"). The governor reads one
 *   each minute, and an environment reads each of its secrets once.
 * - **Lambda**: a request at the start of an environment, for its variables. AWS ends environments "every few hours" (developer guide,
 *   "Execution environment lifecycle"). All of them count as new each hour. Nobody knows how soon an idle one ends.
 *
 * Left out, because no document and no count has a number:
 *
 * - S3's bucket keys, which live for a "limited time period" (user guide, "Reducing the cost of SSE-KMS"), and CloudWatch Logs
 * - people and their tools
 * - the keys of the HTTP API, which its authorizer reads every ten seconds while calls come
 * - what the templates only refer to, such as an existing table
 */
export function keyRequests(templates: readonly Template[]): KeyRequests {
  const pairs = keyedPairs(templates);
  const callersOf = (type: string, ...actions: string[]) => {
    const found = pairs.filter((one) => one.resource.Type === type && actions.includes(one.action));
    return [...new Map(found.map((one) => [`${one.caller} ${one.id}`, one])).values()];
  };
  const ofQueue = ({ resource }: Pair) => timesAMonth(resource.Properties?.KmsDataKeyReusePeriodSeconds ?? fiveMinutes);
  const sends = callersOf('AWS::SQS::Queue', 'sqs:SendMessage').map((one) => 2 * ofQueue(one));
  const receives = callersOf('AWS::SQS::Queue', 'sqs:ReceiveMessage').map(ofQueue);
  const publishers = callersOf('AWS::SNS::Topic', 'sns:Publish');
  const tables = callersOf('AWS::DynamoDB::Table', ...tableActions);
  const secrets = callersOf('AWS::SecretsManager::Secret', 'secretsmanager:GetSecretValue');
  const starts = functionsIn(templates).map(({ role, environments, isKeyed }) => {
    const startsAMonth = environments * timesAMonth(hour);
    const reads = secrets.filter(({ caller }) => caller === role).length;
    return { variables: isKeyed ? startsAMonth : 0, secrets: reads * startsAMonth };
  });
  return {
    sqs: sum([...sends, ...receives]),
    sns: publishers.length * 2 * timesAMonth(fiveMinutes),
    dynamoDb: tables.length * timesAMonth(fiveMinutes),
    secretsManager: sum(starts.map((one) => one.secrets)) + (secrets.length > 0 ? timesAMonth(minute) : 0),
    lambda: sum(starts.map(({ variables }) => variables)),
  };
}

/** Those that touch data, so that DynamoDB needs the table's key (lib/constructs/key-use.ts). */
const tableActions = ['BatchGetItem', 'GetItem', 'GetRecords', 'Scan', 'DeleteItem', 'PutItem', 'UpdateItem'].map(
  (name) => `dynamodb:${name}`,
);

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Principal?: string | Record<string, unknown>;
}

interface Document {
  Statement: Statement[];
}

interface Resource {
  Type: string;
  Properties?: {
    KmsMasterKeyId?: unknown;
    KmsDataKeyReusePeriodSeconds?: number;
    KmsKeyId?: unknown;
    KmsKeyArn?: unknown;
    SSESpecification?: { SSEEnabled?: boolean };
    ReservedConcurrentExecutions?: number;
    Role?: unknown;
    Roles?: unknown[];
    Policies?: { PolicyDocument: Document }[];
    PolicyDocument?: Document;
  };
}

/** A caller that a policy permits to do something with a resource under a KMS key. */
interface Pair {
  caller: string;
  action: string;
  id: string;
  resource: Resource;
}

/**
 * An AWS managed key of the table or a topic counts as well: its requests cost the same (KMS developer guide, "AWS managed keys"). That
 * of Secrets Manager costs nothing (user guide, "Secret encryption and decryption").
 */
const isUnderKey = ({ Properties: of = {} }: Resource) =>
  (of.KmsMasterKeyId ?? of.KmsKeyId) !== undefined || of.SSESpecification?.SSEEnabled === true;

const resourcesIn = ({ Resources = {} }: Template) => Object.entries(Resources) as [id: string, Resource][];

function keyedPairs(templates: readonly Template[]): Pair[] {
  const keyed = new Map<string, Resource>();
  for (const [place, template] of templates.entries()) {
    for (const [id, one] of resourcesIn(template)) if (isUnderKey(one)) keyed.set(idIn(place, id), one);
  }
  const exported = exportsOf(templates);
  return templates.flatMap((template, place) =>
    resourcesIn(template).flatMap(([id, one]) =>
      statementsOf(place, id, one).flatMap(({ callers, statement }) =>
        listOf(statement.Resource).flatMap((reference): Pair[] => {
          const of = idOf(reference, place, exported);
          const resource = keyed.get(of ?? '');
          if (of === undefined || resource === undefined || statement.Effect !== 'Allow') return [];
          const actions = listOf(statement.Action);
          return callers.flatMap((caller) => actions.map((action) => ({ caller, action, id: of, resource })));
        }),
      ),
    ),
  );
}

/** Statements of roles, and of the policies of queues and topics. Managed policies are for people and producers, who are in the latter. */
function statementsOf(place: number, id: string, { Type, Properties: of = {} }: Resource) {
  if (Type === 'AWS::IAM::Role') {
    const statements = (of.Policies ?? []).flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    return statements.map((statement) => ({ callers: [idIn(place, id)], statement }));
  }
  const statements = of.PolicyDocument?.Statement ?? [];
  if (Type === 'AWS::IAM::Policy') {
    const callers = (of.Roles ?? []).flatMap((role) => idOf(role, place, new Map()) ?? []);
    return statements.map((statement) => ({ callers, statement }));
  }
  if (Type !== 'AWS::SQS::QueuePolicy' && Type !== 'AWS::SNS::TopicPolicy') return [];
  return statements.map((statement) => {
    const { Principal: principal = {} } = statement;
    const named = typeof principal === 'string' ? [principal] : Object.values(principal).flatMap(listOf);
    return { callers: named.map((one) => JSON.stringify(one)), statement };
  });
}

function functionsIn(templates: readonly Template[]) {
  return templates.flatMap((template, place) =>
    resourcesIn(template).flatMap(([, { Type, Properties: of = {} }]) =>
      Type === 'AWS::Lambda::Function'
        ? [
            {
              role: idOf(of.Role, place, new Map()),
              environments: of.ReservedConcurrentExecutions ?? 0,
              isKeyed: of.KmsKeyArn !== undefined,
            },
          ]
        : [],
    ),
  );
}

/** The templates may use the same logical ID. */
const idIn = (place: number, id: string) => `${place} ${id}`;

/** The resource that a reference means: `Ref`, `Fn::GetAtt`, or another template's export. */
function idOf(reference: unknown, place: number, exported: ReadonlyMap<string, string>): string | undefined {
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::ImportValue': imported } = (reference ?? {}) as Record<string, unknown>;
  if (typeof Ref === 'string') return idIn(place, Ref);
  if (Array.isArray(attribute)) return idIn(place, String(attribute[0]));
  return typeof imported === 'string' ? exported.get(imported) : undefined;
}

function exportsOf(templates: readonly Template[]): Map<string, string> {
  const exported = new Map<string, string>();
  for (const [place, { Outputs = {} }] of templates.entries()) {
    for (const { Export, Value } of Object.values(Outputs) as { Export?: { Name?: unknown }; Value: unknown }[]) {
      const id = idOf(Value, place, new Map());
      if (typeof Export?.Name === 'string' && id !== undefined) exported.set(Export.Name, id);
    }
  }
  return exported;
}

const listOf = <One>(value: One | One[]): One[] => (Array.isArray(value) ? value : [value]);

const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);

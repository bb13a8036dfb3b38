import { createHash } from 'node:crypto';

/** The account, region and queue endpoint that the local cloud claims. */
export interface Place {
  readonly region: string;
  readonly accountId: string;
  /** `http://127.0.0.1:{port}` of the queue engine: queue URLs begin with it. */
  readonly queueEndpoint: string;
}

/** What a template can know of a resource. All of it follows from the name, before anything is created. */
export interface Identity {
  readonly name: string;
  readonly arn: string;
  /** The value of `Ref`. */
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

interface Kind {
  /** The property with its name. Without a value, the name is derived from the logical ID. */
  readonly nameProperty?: string;
  readonly longestName?: number;
  readonly lowerCase?: boolean;
  /** Its name, if it is made of several properties. */
  nameOf?(properties: Readonly<Record<string, unknown>>): string;
  /** It has an identifier of this length in place of a name. */
  readonly idLength?: number;
  arn(name: string, place: Place): string;
  ref?(name: string, arn: string, place: Place): string;
  attributes?(name: string, arn: string, place: Place): Record<string, string>;
}

const inRegion = (service: string, before: string) => (name: string, place: Place) =>
  `arn:aws:${service}:${place.region}:${place.accountId}:${before}${name}`;
const inAccount = (kind: string) => (name: string, place: Place) => `arn:aws:iam::${place.accountId}:${kind}/${name}`;
const inApiGateway = (kind: string) => (name: string, place: Place) =>
  `arn:aws:apigateway:${place.region}::/${kind}/${name}`;
const refIsArn = (_: string, arn: string) => arn;

const kinds: Readonly<Record<string, Kind>> = {
  'AWS::SQS::Queue': {
    nameProperty: 'QueueName',
    longestName: 80,
    arn: inRegion('sqs', ''),
    ref: (name, _, place) => `${place.queueEndpoint}/${place.accountId}/${name}`,
    attributes: (name, _, place) => ({
      QueueName: name,
      QueueUrl: `${place.queueEndpoint}/${place.accountId}/${name}`,
    }),
  },
  'AWS::SNS::Topic': {
    nameProperty: 'TopicName',
    arn: inRegion('sns', ''),
    ref: refIsArn,
    attributes: (name, arn) => ({ TopicName: name, TopicArn: arn }),
  },
  'AWS::DynamoDB::Table': {
    nameProperty: 'TableName',
    arn: inRegion('dynamodb', 'table/'),
    attributes: (_, arn) => ({ StreamArn: `${arn}/stream/1970-01-01T00:00:00.000` }),
  },
  'AWS::S3::Bucket': {
    nameProperty: 'BucketName',
    longestName: 63,
    lowerCase: true,
    arn: (name) => `arn:aws:s3:::${name}`,
    attributes: (name, _, place) => ({
      DomainName: `${name}.s3.amazonaws.com`,
      RegionalDomainName: `${name}.s3.${place.region}.amazonaws.com`,
    }),
  },
  'AWS::SecretsManager::Secret': {
    nameProperty: 'Name',
    // Secrets Manager appends six random characters. Here they follow from the name.
    arn: (name, place) => `${inRegion('secretsmanager', 'secret:')(name, place)}-${fingerprint(name, 6)}`,
    ref: refIsArn,
    attributes: (_, arn) => ({ Id: arn }),
  },
  'AWS::Lambda::Function': { nameProperty: 'FunctionName', longestName: 64, arn: inRegion('lambda', 'function:') },
  'AWS::Lambda::Alias': {
    nameOf: ({ FunctionName, Name }) => `${String(FunctionName).split(':').at(-1)}:${String(Name)}`,
    arn: inRegion('lambda', 'function:'),
    ref: refIsArn,
    attributes: (_, arn) => ({ AliasArn: arn }),
  },
  'AWS::Lambda::EventSourceMapping': {
    arn: inRegion('lambda', 'event-source-mapping:'),
    attributes: (name, arn) => ({ Id: name, EventSourceMappingArn: arn }),
  },
  'AWS::Events::Rule': { nameProperty: 'Name', longestName: 64, arn: inRegion('events', 'rule/') },
  'AWS::CloudWatch::Alarm': { nameProperty: 'AlarmName', arn: inRegion('cloudwatch', 'alarm:') },
  'AWS::CloudWatch::Dashboard': {
    nameProperty: 'DashboardName',
    arn: (name) => `arn:aws:cloudwatch::dashboard/${name}`,
  },
  'AWS::Logs::LogGroup': {
    nameProperty: 'LogGroupName',
    arn: (name, place) => `${inRegion('logs', 'log-group:')(name, place)}:*`,
  },
  'AWS::IAM::Role': {
    nameProperty: 'RoleName',
    longestName: 64,
    arn: inAccount('role'),
    attributes: (_, arn) => ({ RoleId: roleIdOf(arn) }),
  },
  'AWS::IAM::ManagedPolicy': { nameProperty: 'ManagedPolicyName', arn: inAccount('policy'), ref: refIsArn },
  'AWS::ApiGateway::RestApi': {
    idLength: 10,
    arn: inApiGateway('restapis'),
    attributes: (id) => ({ RestApiId: id, RootResourceId: fingerprint(`${id}/`, 6).toLowerCase() }),
  },
  'AWS::ApiGateway::Resource': {
    idLength: 6,
    arn: inApiGateway('resources'),
    attributes: (id) => ({ ResourceId: id }),
  },
  'AWS::ApiGateway::Method': { idLength: 6, arn: inApiGateway('methods') },
  'AWS::ApiGateway::Deployment': {
    idLength: 6,
    arn: inApiGateway('deployments'),
    attributes: (id) => ({ DeploymentId: id }),
  },
  'AWS::ApiGateway::Stage': { nameProperty: 'StageName', arn: inApiGateway('stages') },
  'AWS::ApiGateway::Authorizer': {
    idLength: 6,
    arn: inApiGateway('authorizers'),
    attributes: (id) => ({ AuthorizerId: id }),
  },
  'AWS::ApiGateway::GatewayResponse': {
    idLength: 6,
    arn: inApiGateway('gatewayresponses'),
    attributes: (Id) => ({ Id }),
  },
  'AWS::ApiGateway::UsagePlan': { idLength: 6, arn: inApiGateway('usageplans'), attributes: (Id) => ({ Id }) },
  'AWS::ApiGateway::ApiKey': { idLength: 10, arn: inApiGateway('apikeys'), attributes: (id) => ({ APIKeyId: id }) },
  'AWS::ApiGateway::UsagePlanKey': { idLength: 10, arn: inApiGateway('usageplankeys'), attributes: (Id) => ({ Id }) },
  'AWS::SSM::Document': { nameProperty: 'Name', longestName: 128, arn: inRegion('ssm', 'document/') },
  'AWS::KMS::Key': { arn: inRegion('kms', 'key/') },
};

export function isKnownKind(type: string): boolean {
  return type in kinds;
}

/**
 * Gives a resource its name, ARN and attributes. A derived name follows from the stack and the logical ID, and is the
 * same at every start (CloudFormation appends random characters).
 * @param properties resolved, at least the one that names the resource
 */
export function identify(
  type: string,
  stack: string,
  logicalId: string,
  properties: Readonly<Record<string, unknown>>,
  place: Place,
): Identity {
  const kind: Kind = kinds[type] ?? { arn: inRegion(type.split('::')[1]?.toLowerCase() ?? 'unknown', '') };
  const given =
    kind.nameOf?.(properties) ?? (kind.nameProperty === undefined ? undefined : properties[kind.nameProperty]);
  const name = typeof given === 'string' ? given : makeName(type, stack, logicalId, kind);
  const arn = kind.arn(name, place);
  const ref = kind.ref?.(name, arn, place) ?? name;
  return { name, arn, ref, attributes: { Arn: arn, ...kind.attributes?.(name, arn, place) } };
}

/** A role's unique ID. On AWS it does not follow from the ARN: a role that is made anew has another. */
export function roleIdOf(arn: string): string {
  return `AROA${fingerprint(arn, 17)}`;
}

function makeName(type: string, stack: string, logicalId: string, kind: Kind): string {
  const suffix = fingerprint(`${stack}/${logicalId}`, 12);
  // A mapping has no name; its Ref is a UUID.
  if (type === 'AWS::Lambda::EventSourceMapping') {
    const hex = createHash('sha256').update(`${stack}/${logicalId}`).digest('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }
  if (kind.idLength !== undefined) return fingerprint(`${stack}/${logicalId}`, kind.idLength).toLowerCase();
  const name = `${`${stack}-${logicalId}`.slice(0, (kind.longestName ?? 255) - suffix.length - 1)}-${suffix}`;
  return kind.lowerCase ? name.toLowerCase() : name;
}

/** Upper-case letters and digits that follow from the text. At most 64. */
export function fingerprint(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length).toUpperCase();
}

import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type CfnFunction, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { metricNamespace } from '../../lambdas/domain/work/names.ts';
import { ConfigurationError } from '../config/config-validation.ts';
import { handlerCode, type Job } from './bundle.ts';
import { keyUses, throughService } from './key-use.ts';
import { type FunctionNetwork, networkInterfaces } from './network.ts';
import type { QueueRules } from './work-queue.ts';

/** All environment variables of a function together: 4 KB (Lambda). */
const maxEnvironmentBytes = 4_096;
/** The assumed length of an ARN, a queue URL or a generated name. Synthesis knows only a placeholder for it. */
const unresolvedBytes = 160;

const placeholder = /\$\{Token\[[^\]]*\]\}/g;

/** The settings that all functions and queues of one pipeline share. */
export interface Surroundings extends QueueRules {
  /** `service` on every log line and metric. Unique among pipelines and stages. */
  readonly serviceName: string;
  readonly logRetentionDays: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
  readonly architecture: 'arm64' | 'x86_64';
  /** Absent: functions run outside of any VPC. */
  readonly network?: FunctionNetwork | undefined;
}

export interface WorkerFunctionProps extends Surroundings {
  readonly job: Job;
  readonly description: string;
  readonly memoryMegabytes: number;
  readonly timeoutSeconds: number;
  /** Reserved concurrency: the C of the rate budget. */
  readonly concurrency: number;
  readonly variables: Readonly<Record<string, string>>;
  readonly permissions: readonly PolicyStatement[];
  /** Texts for the handler to read, by file name. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Allows exactly these actions on these resources. Actions have no wildcards. */
export const allow = (actions: readonly string[], ...resources: readonly string[]) =>
  new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [...resources] });

/**
 * A Lambda function with its own log group, and a role with no other permissions than those in its props.
 *
 * @throws ConfigurationError when the variables exceed Lambda's 4 KB; it names the largest.
 */
export function workerFunction(scope: Construct, props: WorkerFunctionProps): LambdaFunction {
  const worker = new Construct(scope, 'Worker');
  const environment = {
    ...props.variables,
    NODE_OPTIONS: '--enable-source-maps',
    POWERTOOLS_LOG_LEVEL: 'INFO',
    POWERTOOLS_METRICS_NAMESPACE: metricNamespace,
    POWERTOOLS_SERVICE_NAME: props.serviceName,
  };
  refuseLargeEnvironment(scope.node.path, props.job, environment);
  const { key, network } = props;

  const logGroup = new LogGroup(worker, 'Logs', {
    retention: props.logRetentionDays,
    removalPolicy: props.removalPolicy,
    ...(key && { encryptionKey: key }),
  });
  const writeLogs = allow(['logs:CreateLogStream', 'logs:PutLogEvents'], logGroup.logGroupArn);
  const role = new Role(worker, 'Role', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: {
      work: new PolicyDocument({
        statements: [
          writeLogs,
          ...props.permissions,
          ...keyPermissions(worker, props),
          ...(network ? networkInterfaces() : []),
        ],
      }),
    },
  });
  const made = new LambdaFunction(worker, 'Function', {
    description: props.description,
    runtime: Runtime.NODEJS_24_X,
    architecture: props.architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
    handler: 'index.handler',
    code: handlerCode(props.job, props.files),
    memorySize: props.memoryMegabytes,
    timeout: Duration.seconds(props.timeoutSeconds),
    reservedConcurrentExecutions: props.concurrency,
    environment,
    role,
    logGroup,
    ...(key && { environmentEncryption: key }),
  });
  if (network) {
    const { subnetIds, securityGroupIds } = network;
    // The CDK's own way needs the availability zones of the subnets.
    (made.node.defaultChild as CfnFunction).vpcConfig = {
      subnetIds: [...subnetIds],
      securityGroupIds: [...securityGroupIds],
    };
  }
  return made;
}

/** What the function needs of the key: for the data that its permissions let it touch, and for its variables. */
function keyPermissions(scope: Construct, { key, permissions }: WorkerFunctionProps): PolicyStatement[] {
  if (key === undefined) return [];
  const uses = keyUses(
    scope,
    key.keyArn,
    permissions.flatMap(({ actions }) => actions),
  );
  // Lambda has a grant for the variables. It is lost if somebody makes the role anew by hand.
  return [...uses, throughService(scope, key.keyArn, 'lambda', ['kms:Decrypt'])].map(
    ({ actions, resources, conditions }) =>
      new PolicyStatement({ actions: [...actions], resources: [...resources], conditions }),
  );
}

const fewerSenders = 'Name fewer or shorter `producers`, or fewer principals with a `senderId`';

/** What an operator does about too large an environment, by the settings that it holds. */
const remedies: Partial<Record<Job, string>> = {
  'link-worker': `${fewerSenders}, or put fewer producers, \`templates\` or brand domains on the lane.`,
  replayer: `${fewerSenders}, or move some producers to another pipeline.`,
  'http-api': 'Use fewer lanes, or move some producers to another pipeline.',
  'http-authorizer': 'Give fewer producers `http`, or move some of them to another pipeline.',
  forwarder:
    'Give fewer producers an account or a service as principal: each has an ingress queue for each of its lanes. Name roles or ' +
    'users instead, or put such producers on fewer lanes.',
};

function refuseLargeEnvironment(path: string, job: Job, environment: Readonly<Record<string, string>>): void {
  const sizes = Object.entries(environment).map(([name, value]) => {
    const [, ...unresolved] = value.split(placeholder);
    const known = value.replaceAll(placeholder, '');
    return { name, bytes: Buffer.byteLength(name + known) + unresolved.length * unresolvedBytes };
  });
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= maxEnvironmentBytes) return;
  const largest = sizes.sort((one, other) => other.bytes - one.bytes).slice(0, 2);
  throw new ConfigurationError([
    `producers: the environment of ${path} must be at most 4,096 bytes (Lambda); got ${total.toLocaleString('en')}, of which ` +
      `${largest.map(({ name, bytes }) => `${name} ${bytes.toLocaleString('en')}`).join(', ')}. ` +
      (remedies[job] ?? 'Use fewer `producers`, `templates` and lanes.'),
  ]);
}

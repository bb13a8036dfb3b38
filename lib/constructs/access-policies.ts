import { ArnFormat, Stack } from 'aws-cdk-lib';
import { CfnManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { prefix } from '../../lambdas/adapters/names.ts';
import { auditPrefix, campaignsPermission, type Permission } from '../../lambdas/domain/acts/names.ts';
import { ConfigurationError } from '../config/config-validation.ts';
import { pascalSource } from '../config/source-names.ts';
import type { Ingress } from './ingress.ts';
import type { Lane } from './lane.ts';
import type { Operations } from './operations.ts';
import type { OutcomeQueue } from './outcome-queue.ts';
import type { PipelineParts } from './pipeline-parts.ts';
import { policyCharacters } from './policy-limits.ts';

/** Characters of a managed policy, without white space (IAM user guide, "IAM and STS quotas"). */
const mostCharacters = 6_144;
/** Managed policies of one role, without a raise of the quota (IAM user guide, "IAM and STS quotas"). */
const mostOfOneRole = 10;
/** So many ARNs fit into a policy beside others. */
const resourcesAtOnce = 15;

/** The items of the ledger that hold no link, no URL and no outcome. */
const itemsWithoutLinks = ['control', 'signals', 'senders', 'campaigns', 'campaign#*', 'spent#*', 'renewals#*'];

export interface AccessPoliciesProps extends PipelineParts {
  readonly operations: Operations;
  readonly lanes: readonly Lane[];
  readonly ingress: Ingress | undefined;
  readonly outcomeQueues: readonly OutcomeQueue[];
  readonly readerFunctionArn: string;
  /** Every queue of the pipeline. */
  readonly queues: { readonly work: readonly string[]; readonly deadLetters: readonly string[] };
  readonly logGroupArns: readonly string[];
  readonly topicArns: readonly string[];
}

/** A managed policy, or one of its parts. */
export interface AccessPolicy {
  readonly name: string;
  /** Empty for the first part, then `2` and so on. */
  readonly part: string;
  readonly policy: CfnManagedPolicy;
}

/** What a statement allows: actions on resources, under a condition. */
interface May {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Record<string, Record<string, unknown>>;
}

/**
 * Managed policies for people and their tools, each with the least that its work needs. Nothing has them until an administrator
 * attaches them. The stack's outputs name them, and docs/permissions.md shows which verbs each permits.
 */
export class AccessPolicies extends Construct {
  readonly #policies: AccessPolicy[] = [];

  /** @throws ConfigurationError when a policy needs more parts than a role can have */
  constructor(scope: Construct, id: string, props: AccessPoliciesProps) {
    super(scope, id);
    const { settings } = props;
    const reads = readsOf(this, props);
    this.#policy('Reader', 'Sees states, counts and names. Sees no link, and no value of a link', reads.withoutValues);
    this.#policy('Support', 'Sees links with their values, and exports them', [
      ...reads.withoutValues,
      ...reads.values,
      this.#mayAct(props, 'support'),
    ]);
    this.#policy('Operator', 'Acts on lanes, dead letters, senders, keys and campaigns. Sees no value of a link', [
      ...reads.withoutValues,
      this.#mayAct(props, 'operate', 'campaigns-*'),
      ...reads.keys,
    ]);
    this.#policy('Privacy', 'Finds and erases the links of a person', [reads.stack, this.#mayAct(props, 'privacy')]);
    this.#policy('Auditor', 'Reads the records of all acts', [reads.stack, ...reads.audit]);
    for (const producer of settings.producers) {
      const name = pascalSource(producer.source);
      this.#policy(`CampaignOwner${name}`, 'Drops campaigns of one producer, reads their results, and acts on them', [
        ...reads.campaignsOf(producer.source),
        this.#mayAct(props, campaignsPermission(producer.source)),
      ]);
      this.#policy(`Producer${name}`, 'Sends commands of one producer, and receives its outcomes', [
        ...reads.asProducer(producer.source, producer.lanes),
      ]);
    }
  }

  get policies(): readonly AccessPolicy[] {
    return this.#policies;
  }

  #mayAct({ operations }: AccessPoliciesProps, ...permissions: (Permission | 'campaigns-*')[]): May {
    const { functionArn } = operations.function;
    return { actions: ['lambda:InvokeFunction'], resources: permissions.map((one) => `${functionArn}:${one}`) };
  }

  #policy(name: string, description: string, mays: readonly May[]): void {
    const parts = partsOf(this, mays);
    if (parts.length > mostOfOneRole) {
      throw new ConfigurationError([
        `producers: the policy ${name} must have at most ${mostOfOneRole} parts (IAM); got ${parts.length}. ` +
          'Move some producers to another pipeline.',
      ]);
    }
    for (const [index, statements] of parts.entries()) {
      const part = index === 0 ? '' : String(index + 1);
      const policy = new CfnManagedPolicy(this, `${name}Policy${part}`, {
        description: part === '' ? description : `${description} (part ${part})`,
        policyDocument: { Version: '2012-10-17', Statement: statements },
      });
      this.#policies.push({ name, part, policy });
    }
  }
}

/** Statements in as many documents as IAM's limit demands. A long list of resources is divided. */
function partsOf(scope: Construct, mays: readonly May[]): object[][] {
  const pieces = mays.flatMap(({ resources, ...may }) =>
    Array.from({ length: Math.ceil(resources.length / resourcesAtOnce) }, (_, index) => ({
      ...may,
      resources: resources.slice(index * resourcesAtOnce, (index + 1) * resourcesAtOnce),
    })),
  );
  const parts: object[][] = [];
  for (const { actions, resources, conditions } of pieces) {
    const statement = new PolicyStatement({
      actions: [...actions],
      resources: [...resources],
      ...(conditions && { conditions }),
    }).toStatementJson();
    const last = parts.at(-1);
    if (last && policyCharacters(scope, { Version: '2012-10-17', Statement: [...last, statement] }) <= mostCharacters) {
      last.push(statement);
    } else parts.push([statement]);
  }
  return parts;
}

/** What each kind of reading needs. */
function readsOf(scope: Construct, props: AccessPoliciesProps) {
  const { state, lanes, ingress, outcomeQueues, operations, readerFunctionArn, queues, logGroupArns, topicArns } =
    props;
  const { ledger, archive, campaignFiles, qrImages, auditRecords, linkIdSecret, httpKeys } = state;
  const stack: May = {
    actions: ['cloudformation:DescribeStacks'],
    resources: [
      Stack.of(scope).formatArn({
        service: 'cloudformation',
        resource: 'stack',
        resourceName: `${Stack.of(scope).stackName}/*`,
        arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
      }),
    ],
  };
  const items = (...keys: string[]): May => ({
    actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem'],
    resources: [ledger.tableArn],
    conditions: {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  });
  const listing = (bucketArn: string, ...prefixes: string[]): May => ({
    actions: ['s3:ListBucket'],
    resources: [bucketArn],
    conditions: { StringLike: { 's3:prefix': prefixes.map((one) => `${one}*`) } },
  });
  const withoutValues: May[] = [
    stack,
    items(...itemsWithoutLinks),
    {
      actions: ['dynamodb:DescribeTable', 'dynamodb:DescribeTimeToLive', 'dynamodb:DescribeContinuousBackups'],
      resources: [ledger.tableArn],
    },
    // Some of these take no ARN. The others show settings of functions, and are not worth a list of all ARNs.
    {
      actions: [
        'cloudwatch:GetMetricData',
        'cloudwatch:DescribeAlarms',
        'lambda:GetAccountSettings',
        'lambda:GetEventSourceMapping',
        'lambda:GetFunctionConcurrency',
      ],
      resources: ['*'],
    },
    listing(archive.bucketArn, prefix.parked, prefix.held, prefix.quarantine),
    { actions: ['sqs:GetQueueAttributes'], resources: [...queues.work, ...queues.deadLetters] },
    { actions: ['sns:GetTopicAttributes'], resources: topicArns },
  ];
  const values: May[] = [
    { actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Scan'], resources: [ledger.tableArn] },
    { actions: ['secretsmanager:GetSecretValue'], resources: [linkIdSecret.secretArn] },
    { actions: ['lambda:InvokeFunction'], resources: [readerFunctionArn] },
    { actions: ['logs:FilterLogEvents'], resources: logGroupArns },
    { actions: ['s3:ListBucket'], resources: [archive.bucketArn, campaignFiles.bucketArn] },
    {
      actions: ['s3:GetObject'],
      resources: [
        archive.arnForObjects('*'),
        campaignFiles.arnForObjects('*'),
        qrImages.arnForObjects(`${prefix.qr}*`),
      ],
    },
    { actions: ['sqs:ReceiveMessage', 'sqs:ChangeMessageVisibility'], resources: queues.deadLetters },
  ];
  return {
    stack,
    withoutValues,
    values,
    /** Hashes of long random keys: nobody finds a key from them. */
    keys: httpKeys ? [{ actions: ['secretsmanager:GetSecretValue'], resources: [httpKeys.secretArn] }] : [],
    audit: [
      listing(auditRecords.bucketArn, auditPrefix),
      { actions: ['s3:GetObject'], resources: [auditRecords.arnForObjects(`${auditPrefix}*`)] },
      { actions: ['logs:FilterLogEvents'], resources: [operations.auditLog.logGroupArn] },
    ] satisfies May[],
    campaignsOf: (source: string): May[] => [
      stack,
      items('campaigns', 'control', `campaign#${source}/*`),
      listing(campaignFiles.bucketArn, `${prefix.inbox}${source}/`, `${prefix.results}${source}/`),
      { actions: ['s3:PutObject'], resources: [campaignFiles.arnForObjects(`${prefix.inbox}${source}/*`)] },
      {
        actions: ['s3:GetObject'],
        resources: [
          campaignFiles.arnForObjects(`${prefix.inbox}${source}/*`),
          campaignFiles.arnForObjects(`${prefix.results}${source}/*`),
          qrImages.arnForObjects(`${prefix.qr}${source}/*`),
        ],
      },
    ],
    asProducer: (source: string, names: readonly string[]): May[] => {
      const queueArns = names.flatMap((name) => {
        const own = ingress?.queues.find((one) => one.lane === name && one.source === source)?.work;
        const queue = own ?? lanes.find((lane) => lane.name === name)?.commands;
        return queue ? [queue.queue.queueArn] : [];
      });
      const outcomes = outcomeQueues.filter((one) => one.source === source).map(({ queue }) => queue.queueArn);
      return [
        stack,
        { actions: ['sqs:SendMessage'], resources: queueArns },
        {
          actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
          resources: outcomes,
        },
        { actions: ['s3:GetObject'], resources: [qrImages.arnForObjects(`${prefix.qr}${source}/*`)] },
      ];
    },
  };
}

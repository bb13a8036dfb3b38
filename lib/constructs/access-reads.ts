import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { prefix } from '../../lambdas/adapters/names.ts';
import { auditPrefix, documentActs, documentPrefix } from '../../lambdas/domain/acts/names.ts';
import type { PipelineSettings } from '../config/config-schema.ts';
import type { OnCallProps } from './access-on-call.ts';
import type { Ingress } from './ingress.ts';
import type { Lane } from './lane.ts';
import { executionArns, type Operations } from './operations.ts';
import type { OutcomeQueue, PrivateOutcomeQueue } from './outcome-queue.ts';
import type { PipelineParts } from './pipeline-parts.ts';

/** The items of the ledger that hold no link, no URL and no outcome. */
const itemsWithoutLinks = [
  'control',
  'signals',
  'senders',
  'campaigns',
  'campaign#*',
  'spent#*',
  'renewals#*',
  'erasures',
  // A fingerprint shows whether two secrets are equal, and nothing else.
  'link-id-secret',
];

export interface AccessProps extends PipelineParts {
  readonly operations: Operations;
  readonly lanes: readonly Lane[];
  readonly ingress: Ingress | undefined;
  readonly outcomeQueues: readonly OutcomeQueue[];
  readonly privateQueues: readonly PrivateOutcomeQueue[];
  readonly readerFunctionArn: string;
  /** Every queue of the pipeline, without the dead letters that only their producer may receive. */
  readonly queues: { readonly work: readonly string[]; readonly deadLetters: readonly string[] };
  readonly logGroupArns: readonly string[];
  readonly outcomeTopicArn: string;
  readonly topicArns: readonly string[];
  readonly onCall: OnCallProps;
  /** Begins the names of the SSM documents. Undefined if the stack has none. */
  readonly documentsOf: string | undefined;
}

type Producer = PipelineSettings['producers'][number];

/** What a statement allows: actions on resources, under a condition. */
export interface May {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Record<string, Record<string, unknown>>;
}

/** What each kind of reading needs. */
export function readsOf(scope: Construct, props: AccessProps) {
  const { state, lanes, ingress, outcomeQueues, privateQueues, operations, readerFunctionArn, queues, logGroupArns } =
    props;
  const { topicArns, documentsOf } = props;
  const { ledger, archive, campaignFiles, qrImages, auditRecords, apiToken, linkIdSecret, httpKeys } = state;
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
        'cloudwatch:DescribeAlarmHistory',
        'lambda:GetAccountSettings',
        'lambda:GetEventSourceMapping',
        'lambda:GetFunctionConcurrency',
      ],
      resources: ['*'],
    },
    listing(archive.bucketArn, prefix.parked, prefix.held, prefix.quarantine),
    listing(campaignFiles.bucketArn, prefix.inbox, prefix.results),
    // When a secret was changed, and never its value.
    {
      actions: ['secretsmanager:DescribeSecret'],
      resources: [apiToken.secretArn, linkIdSecret.secretArn],
    },
    { actions: ['sqs:GetQueueAttributes'], resources: [...queues.work, ...queues.deadLetters] },
    { actions: ['sns:GetTopicAttributes'], resources: topicArns },
    ...(documentsOf === undefined ? [] : readsOfDocuments(scope, documentsOf)),
  ];
  const values: May[] = [
    { actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Scan'], resources: [ledger.tableArn] },
    { actions: ['secretsmanager:GetSecretValue'], resources: [linkIdSecret.secretArn] },
    { actions: ['lambda:InvokeFunction'], resources: [readerFunctionArn] },
    { actions: ['logs:FilterLogEvents'], resources: logGroupArns },
    // Without it, S3 answers 403 for an object that is gone.
    { actions: ['s3:ListBucket'], resources: [archive.bucketArn, campaignFiles.bucketArn, qrImages.bucketArn] },
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
    /** The start of acts in a browser, and a look at what became of it. The alias decides about the act. */
    documents:
      documentsOf === undefined
        ? []
        : [...readsOfDocuments(scope, documentsOf), ...startsOfDocuments(scope, documentsOf)],
    /** The subscriptions of the topics: they show the address that each receiver has. */
    subscriptions: [{ actions: ['sns:ListSubscriptionsByTopic'], resources: topicArns }] satisfies May[],
    deadLetters: [{ actions: ['sqs:GetQueueAttributes'], resources: queues.deadLetters }] satisfies May[],
    /** Hashes of long random keys: nobody finds a key from them. */
    keys: httpKeys ? [{ actions: ['secretsmanager:GetSecretValue'], resources: [httpKeys.secretArn] }] : [],
    audit: [
      listing(auditRecords.bucketArn, auditPrefix),
      { actions: ['s3:GetObject'], resources: [auditRecords.arnForObjects(`${auditPrefix}*`)] },
      { actions: ['logs:FilterLogEvents'], resources: [operations.auditLog.logGroupArn] },
    ] satisfies May[],
    /**
     * The link-ID secret is not among them: it would show the links of all producers. Nobody guesses the ID of a link, so the
     * links of shared templates are as secret as their short URLs.
     */
    campaignsOf: ({ source, templates }: Pick<Producer, 'source' | 'templates'>): May[] => [
      stack,
      items(
        'campaigns',
        'control',
        'signals',
        'renewals#*',
        'erasures',
        `campaign#${source}/*`,
        `request#${source}/*`,
        ...templates.map((template) => `link#${template}/*`),
      ),
      listing(campaignFiles.bucketArn, `${prefix.inbox}${source}/`, `${prefix.results}${source}/`),
      { actions: ['s3:PutObject'], resources: [campaignFiles.arnForObjects(`${prefix.inbox}${source}/*`)] },
      {
        actions: ['s3:GetObject'],
        resources: [
          campaignFiles.arnForObjects(`${prefix.inbox}${source}/*`),
          campaignFiles.arnForObjects(`${prefix.campaignWork}${source}/*`),
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
      const isOwn = (one: OutcomeQueue) => one.source === source;
      const outcomes = [
        ...outcomeQueues.filter(isOwn).map(({ queue }) => queue.queueArn),
        ...privateQueues.filter(isOwn).flatMap(({ queue, deadLetters }) => [queue.queueArn, deadLetters.queueArn]),
      ];
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

const ofSystemsManager = (scope: Construct, resource: string, resourceName: string) =>
  Stack.of(scope).formatArn({ service: 'ssm', resource, resourceName, arnFormat: ArnFormat.SLASH_RESOURCE_NAME });

/** The runbook, and the forms of the acts. */
function readsOfDocuments(scope: Construct, serviceName: string): May[] {
  const all = ofSystemsManager(scope, 'document', `${documentPrefix(serviceName)}*`);
  return [{ actions: ['ssm:DescribeDocument', 'ssm:GetDocument', 'ssm:ListDocumentVersions'], resources: [all] }];
}

/**
 * IAM asks about the document and the execution, and asked about the automation definition before (service authorization reference,
 * "StartAutomationExecution", lists all three).
 */
function startsOfDocuments(scope: Construct, serviceName: string): May[] {
  const names = documentActs.map((act) => `${documentPrefix(serviceName)}${act}`);
  const executions = executionArns(scope);
  return [
    {
      actions: ['ssm:StartAutomationExecution'],
      resources: [
        ...names.map((name) => ofSystemsManager(scope, 'document', name)),
        ...names.map((name) => ofSystemsManager(scope, 'automation-definition', `${name}:*`)),
        executions,
      ],
    },
    { actions: ['ssm:GetAutomationExecution', 'ssm:DescribeAutomationStepExecutions'], resources: [executions] },
    // They take no ARN.
    { actions: ['ssm:DescribeAutomationExecutions', 'ssm:ListDocuments'], resources: ['*'] },
  ];
}

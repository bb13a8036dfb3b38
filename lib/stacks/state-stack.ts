import {
  type CfnElement,
  Duration,
  RemovalPolicy,
  SecretValue,
  Stack,
  type StackProps,
  Validations,
} from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  type ITable,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CfnBucket,
  ObjectLockRetention,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct, IConstruct } from 'constructs';
import { ledgerAttribute, prefix } from '../../lambdas/adapters/names.ts';
import { type BucketPlan, bucketPlans } from '../config/bucket-plan.ts';
import type { LandingZone, PipelineSettings, StageSettings } from '../config/config-schema.ts';
import { tableOfStream } from '../config/existing.ts';
import { httpProducersOf } from '../config/http.ts';
import { policySid } from '../config/principals.ts';
import { campaignCheckerPlan } from '../config/rate/reserved-concurrency.ts';
import { keepRecords } from '../constructs/audit-records.ts';
import { admitCampaigns, notifyOfFiles } from '../constructs/campaign-files.ts';
import { kept } from '../constructs/kept.ts';
import { lifecycleRules } from '../constructs/lifecycle.ts';
import type { PipelineState } from '../constructs/pipeline-parts.ts';
import { refuseLargePolicy } from '../constructs/policy-limits.ts';
import { readersOf } from '../constructs/readers.ts';
import { stageKey } from '../constructs/stage-key.ts';
import { WorkQueue } from '../constructs/work-queue.ts';

export interface StateStackProps extends StackProps {
  readonly settings: Pick<
    PipelineSettings,
    'existing' | 'producers' | 'qrImageDays' | 'archiveDays' | 'historyDays' | 'audit' | 'commandRetentionDays'
  >;
  readonly removalPolicy: StageSettings['removalPolicy'];
  readonly landingZone?: LandingZone | undefined;
  /**
   * Whether DynamoDB refuses to delete the ledger. By default, with the removal policy `retain`. CloudFormation cannot roll back the
   * first deployment of a protected table.
   */
  readonly deletionProtection?: boolean | undefined;
}

/** Holds the resources that outlive a deployment. Never change their logical IDs: a new ID makes a new, empty resource. */
export class StateStack extends Stack implements PipelineState {
  /** A table of this stack, or an existing one. */
  readonly ledger: Table | ITable;
  readonly qrImages: Bucket;
  readonly archive: Bucket;
  readonly campaignFiles: Bucket;
  readonly auditRecords: Bucket;
  readonly campaignWork: WorkQueue;
  readonly apiToken: Secret;
  readonly linkIdSecret: Secret | ISecret;
  /** Only if a producer may have keys of the HTTP API. */
  readonly httpKeys: Secret | undefined;
  /** Only if the landing zone has one. */
  readonly key: IKey | undefined;

  constructor(scope: Construct, id: string, props: StateStackProps) {
    super(scope, id, props);
    const retain = props.removalPolicy === 'retain';
    const removalPolicy = retain ? kept : RemovalPolicy.DESTROY;

    const zone = props.landingZone ?? {};
    this.key = stageKey(this, zone.key, props.settings, removalPolicy);
    const { key } = this;
    const ofBuckets = { removalPolicy, key, accessLogBucket: zone.accessLogBucket };
    const ofSecret = (name: string) => ({
      removalPolicy,
      ...(key && { encryptionKey: key }),
      // CloudFormation does not begin the name of a secret with the name of its stack.
      ...(zone.namePrefix !== undefined && { secretName: `${this.stackName}-${name}` }),
    });

    const { names = {}, ledgerStreamArn, linkIdSecretArn } = props.settings.existing ?? {};
    this.ledger =
      ledgerStreamArn === undefined
        ? new Table(this, 'Ledger', {
            ...(names.ledger !== undefined && { tableName: names.ledger }),
            partitionKey: { name: ledgerAttribute.key, type: AttributeType.STRING },
            // No index: an index would double the cost of each write, and an export can scan in parallel.
            billingMode: BillingMode.PAY_PER_REQUEST,
            ...(key
              ? { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey: key }
              : { encryption: TableEncryption.AWS_MANAGED }),
            pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
            timeToLiveAttribute: ledgerAttribute.expiry,
            // With old images, because the expiry intake needs the records that the TTL has deleted.
            stream: StreamViewType.NEW_AND_OLD_IMAGES,
            deletionProtection: props.deletionProtection ?? retain,
            removalPolicy,
          })
        : Table.fromTableAttributes(this, 'ExistingLedger', {
            tableName: tableOfStream(ledgerStreamArn),
            tableStreamArn: ledgerStreamArn,
          });

    const plans = bucketPlans(props.settings);
    this.qrImages = privateBucket(this, 'QrImages', ofBuckets, {
      name: names.qrImages,
      ...plans.qrImages,
    });
    for (const producer of props.settings.producers) {
      const principals = readersOf(producer);
      if (principals.length === 0) continue;
      this.qrImages.addToResourcePolicy(
        new PolicyStatement({
          sid: policySid(producer.source),
          principals,
          actions: ['s3:GetObject'],
          // The slash ends the prefix, so `crm` does not include `crm2`.
          resources: [this.qrImages.arnForObjects(`${prefix.qr}${producer.source}/*`)],
        }),
      );
    }
    this.archive = privateBucket(this, 'Archive', ofBuckets, {
      name: names.archive,
      ...plans.archive,
    });

    this.campaignFiles = privateBucket(this, 'CampaignFiles', ofBuckets, {
      name: names.campaignFiles,
      ...plans.campaignFiles,
    });
    admitCampaigns(this.campaignFiles, props.settings);
    this.campaignWork = new WorkQueue(this, 'CampaignWork', {
      rules: { key, keepQueues: zone.keepQueues },
      retentionDays: props.settings.commandRetentionDays,
      visibilityTimeoutSeconds: campaignCheckerPlan.visibilityTimeoutSeconds,
    });
    notifyOfFiles(this.campaignFiles, this.campaignWork.queue);

    const { lockDays } = props.settings.audit;
    this.auditRecords = privateBucket(this, 'AuditRecords', ofBuckets, {
      name: names.auditRecords,
      ...plans.auditRecords,
      // Without days it locks nothing. But only a bucket that has it from the start can get days later, and stay the same bucket.
      lock: lockDays === undefined ? 'no-days' : Duration.days(lockDays),
    });
    keepRecords(this.auditRecords);

    // Secrets Manager generates a first value, so the stack deploys without a token. The operator puts the token later.
    this.apiToken = new Secret(this, 'ApiToken', { description: 'OneLink API token, raw', ...ofSecret('ApiToken') });
    // This secret derives short-link IDs. With another secret, a repeated command would derive another ID and make a second link.
    this.linkIdSecret =
      linkIdSecretArn === undefined
        ? new Secret(this, 'LinkIdSecret', {
            description: 'Derives short-link IDs. Never change this secret while the pipeline exists.',
            generateSecretString: { passwordLength: 64, excludePunctuation: true },
            ...ofSecret('LinkIdSecret'),
            ...(zone.linkIdSecretReplica && { replicaRegions: [replicaOf(this, zone.linkIdSecretReplica)] }),
          })
        : Secret.fromSecretCompleteArn(this, 'ExistingLinkIdSecret', linkIdSecretArn);
    if (httpProducersOf(props.settings).some(({ keys }) => keys)) {
      this.httpKeys = new Secret(this, 'HttpKeys', {
        description: 'Hashes of the HTTP API’s keys. Change it with `onelink keys` only.',
        secretStringValue: SecretValue.unsafePlainText(JSON.stringify({ keys: [] })),
        ...ofSecret('HttpKeys'),
      });
      pin(this.httpKeys, 'HttpKeys');
    }
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'AppsFlyer issues the API token and has no call to rotate it. The link-ID secret must never change, or a repeated ' +
        'command makes a second link. Keys of the HTTP API are rotated one by one, with `onelink keys rotate`.',
    });

    // Fixed logical IDs, so moving a construct in the tree does not replace its resource.
    for (const part of [
      'ledger',
      'qrImages',
      'archive',
      'campaignFiles',
      'auditRecords',
      'apiToken',
      'linkIdSecret',
    ] as const) {
      pin(this[part], `${part.charAt(0).toUpperCase()}${part.slice(1)}`);
    }
    if (key instanceof Key) pin(key, 'Key');
    pin(this.campaignWork.queue, 'CampaignFilesQueue');
    pin(this.campaignWork.deadLetters, 'CampaignFilesDeadLetters');
  }
}

const replicaOf = (scope: Construct, { region, keyArn }: NonNullable<LandingZone['linkIdSecretReplica']>) => ({
  region,
  ...(keyArn !== undefined && { encryptionKey: Key.fromKeyArn(scope, 'ReplicaKey', keyArn) }),
});

/** What all buckets have in common. */
interface BucketRules {
  readonly removalPolicy: RemovalPolicy;
  readonly key: IKey | undefined;
  readonly accessLogBucket: string | undefined;
}

interface BucketOptions extends BucketPlan {
  /** Of a bucket that exists. Otherwise CloudFormation names it. */
  name: string | undefined;
  /** For how long nobody can delete an object. `no-days`: objects can be locked, and are not. */
  lock?: Duration | 'no-days';
}

function privateBucket(
  scope: Construct,
  id: string,
  { removalPolicy, key, accessLogBucket }: BucketRules,
  { name, versioned, kept, lock }: BucketOptions,
): Bucket {
  const bucket = new Bucket(scope, id, {
    ...(name !== undefined && { bucketName: name }),
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    // With a bucket key, S3 asks KMS once for many objects.
    ...(key
      ? { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }
      : { encryption: BucketEncryption.S3_MANAGED }),
    enforceSSL: true,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    versioned,
    ...(lock !== undefined && { objectLockEnabled: true }),
    // Compliance mode: an administrator can lift the bucket policy and governance mode, but not this.
    ...(lock instanceof Duration && { objectLockDefaultRetention: ObjectLockRetention.compliance(lock) }),
    lifecycleRules: lifecycleRules(versioned, kept),
    removalPolicy,
  });
  refuseLargePolicy(bucket, 'Name fewer principals, such as the AWS account of several roles.');
  if (accessLogBucket !== undefined) {
    const logging = { destinationBucketName: accessLogBucket, logFilePrefix: `${Stack.of(scope).stackName}/${id}/` };
    (bucket.node.defaultChild as CfnBucket).loggingConfiguration = logging;
    return bucket;
  }
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason:
      'Object keys may hold short-link IDs, which are confidential. Access logs would copy them into another bucket. ' +
      'To record who reads an object, use CloudTrail data events.',
  });
  return bucket;
}

/** An existing resource has no element in the template. */
function pin(construct: IConstruct, logicalId: string): void {
  const resource = construct.node.defaultChild as CfnElement | undefined;
  resource?.overrideLogicalId(logicalId);
}

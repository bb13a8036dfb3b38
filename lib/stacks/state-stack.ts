import { type CfnElement, Duration, RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { AttributeType, BillingMode, StreamViewType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct, IConstruct } from 'constructs';
import { ledgerAttribute, prefix } from '../../lambdas/adapters/names.ts';
import type { PipelineSettings, StageSettings } from '../config/config-schema.ts';
import type { PipelineState } from '../constructs/pipeline-state.ts';

export interface StateStackProps extends StackProps {
  readonly settings: Pick<PipelineSettings, 'qrImageDays' | 'archiveDays'>;
  readonly removalPolicy: StageSettings['removalPolicy'];
}

/** Holds what must outlive all the rest. Its logical IDs never change: a new one is a new, empty table. */
export class StateStack extends Stack implements PipelineState {
  readonly ledger: Table;
  readonly qrImages: Bucket;
  readonly archive: Bucket;
  readonly apiToken: Secret;
  readonly linkIdSecret: Secret;

  constructor(scope: Construct, id: string, props: StateStackProps) {
    super(scope, id, props);
    const retain = props.removalPolicy === 'retain';
    const removalPolicy = retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;

    this.ledger = new Table(this, 'Ledger', {
      partitionKey: { name: ledgerAttribute.key, type: AttributeType.STRING },
      // No index: one would cost a second write for each of ours, and exports can scan in parallel.
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: ledgerAttribute.expiry,
      // Old images, because a TTL deletion is told by what was deleted.
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      deletionProtection: retain,
      removalPolicy,
    });

    const { qrImageDays, archiveDays } = props.settings;
    // Not versioned: the same image can be had again for free.
    this.qrImages = privateBucket(this, 'QrImages', removalPolicy, {
      versioned: false,
      ...(qrImageDays !== 'forever' && { expiration: Duration.days(qrImageDays) }),
    });
    // Versioned: a rejected or parked command may be the only copy there is. The history of expired links stays.
    this.archive = privateBucket(this, 'Archive', removalPolicy, {
      versioned: true,
      expiration: Duration.days(archiveDays),
      expiringPrefix: prefix.rejected,
    });

    // Secrets Manager makes up a value, so that the stack deploys before there is a token; the operator puts the real one.
    this.apiToken = new Secret(this, 'ApiToken', { description: 'OneLink API token, raw', removalPolicy });
    // Short-link IDs are derived with it: rotated, a repeated command would derive another ID and make a second link.
    this.linkIdSecret = new Secret(this, 'LinkIdSecret', {
      description: 'Derives short-link IDs. Never change it while the pipeline lives.',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy,
    });
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'The API token is issued by AppsFlyer, which has no call to rotate it; the link-ID secret must never change, ' +
        'or a repeated command makes a second link.',
    });

    // Fixed by hand, not by the construct tree: moving a construct must not replace what it holds.
    for (const part of ['ledger', 'qrImages', 'archive', 'apiToken', 'linkIdSecret'] as const) {
      pin(this[part], `${part.charAt(0).toUpperCase()}${part.slice(1)}`);
    }
  }
}

function privateBucket(
  scope: Construct,
  id: string,
  removalPolicy: RemovalPolicy,
  { versioned, expiration, expiringPrefix }: { versioned: boolean; expiration?: Duration; expiringPrefix?: string },
): Bucket {
  const bucket = new Bucket(scope, id, {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    versioned,
    lifecycleRules: [
      {
        abortIncompleteMultipartUploadAfter: Duration.days(1),
        ...(versioned && { noncurrentVersionExpiration: Duration.days(30) }),
      },
      ...(expiration ? [{ expiration, ...(expiringPrefix !== undefined && { prefix: expiringPrefix }) }] : []),
    ],
    removalPolicy,
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason:
      'Object keys may hold short-link IDs, which are confidential: access logs would copy them into one more bucket. ' +
      'CloudTrail data events tell who read what, where that is wanted.',
  });
  return bucket;
}

function pin(construct: IConstruct, logicalId: string): void {
  const resource = construct.node.defaultChild as CfnElement;
  resource.overrideLogicalId(logicalId);
}

import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { DescribeKeyCommand } from '@aws-sdk/client-kms';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { statusOf } from '../../pipeline/service-error.ts';
import type { Site } from './site.ts';

/** A resource that its stack left behind, and that still exists. */
export interface Leftover {
  /** The command that deletes it. It fails for what is not empty, where the service has such a command. */
  remove: string;
  /** Whether it is of the state: it may hold what a pipeline needs to go on. */
  isState: boolean;
  holds?: number | undefined;
  of?: string;
}

/** Finds a resource by its physical ID. Undefined if somebody has deleted it since. */
interface Kind {
  /** The permission that it needs. */
  asked: string;
  find(site: Site, id: string): Promise<Leftover | undefined>;
}

/** The kinds of resources that the templates keep. A test holds them against the templates. */
const kinds: Readonly<Record<string, Kind>> = {
  'AWS::DynamoDB::Table': {
    asked: 'dynamodb:DescribeTable',
    find: ({ aws, region }, id) =>
      ifThere(async () => {
        const { Table } = await aws.tables.send(new DescribeTableCommand({ TableName: id }));
        const at = `--table-name ${id} --region ${region}`;
        const unprotect = Table?.DeletionProtectionEnabled
          ? `aws dynamodb update-table --no-deletion-protection-enabled ${at} && `
          : '';
        return {
          remove: `${unprotect}aws dynamodb delete-table ${at}`,
          isState: true,
          holds: Table?.ItemCount,
          of: 'records (DynamoDB counts them every six hours)',
        };
      }),
  },
  'AWS::S3::Bucket': {
    asked: 's3:ListBucket',
    find: ({ aws, region }, id) =>
      ifThere(async () => {
        await aws.s3.send(new HeadBucketCommand({ Bucket: id }));
        return {
          remove: `aws s3api delete-bucket --bucket ${id} --region ${region} (it must be empty)`,
          isState: true,
        };
      }),
  },
  'AWS::SecretsManager::Secret': {
    asked: 'secretsmanager:DescribeSecret',
    find: ({ aws, region }, id) =>
      ifThere(async () => {
        const { DeletedDate } = await aws.secrets.send(new DescribeSecretCommand({ SecretId: id }));
        if (DeletedDate !== undefined) return undefined;
        return { remove: `aws secretsmanager delete-secret --secret-id ${id} --region ${region}`, isState: true };
      }),
  },
  'AWS::Logs::LogGroup': {
    asked: 'logs:DescribeLogGroups',
    find: async ({ aws, region }, id) => {
      const { logGroups = [] } = await aws.logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: id }));
      const group = logGroups.find(({ logGroupName }) => logGroupName === id);
      if (group === undefined) return undefined;
      const remove = `aws logs delete-log-group --log-group-name ${id} --region ${region}`;
      return { remove, isState: false, holds: group.storedBytes, of: 'bytes' };
    },
  },
  'AWS::SQS::Queue': {
    asked: 'sqs:GetQueueAttributes',
    find: ({ aws, region }, id) =>
      ifThere(async () => {
        const asked = { QueueUrl: id, AttributeNames: ['ApproximateNumberOfMessages' as const] };
        const { Attributes = {} } = await aws.queues.send(new GetQueueAttributesCommand(asked));
        const remove = `aws sqs delete-queue --queue-url ${id} --region ${region}`;
        return { remove, isState: true, holds: Number(Attributes.ApproximateNumberOfMessages), of: 'messages' };
      }),
  },
  'AWS::KMS::Key': {
    asked: 'kms:DescribeKey',
    find: ({ aws, region }, id) =>
      ifThere(async () => {
        const { KeyMetadata } = await aws.keys.send(new DescribeKeyCommand({ KeyId: id }));
        if (KeyMetadata?.KeyState === 'PendingDeletion') return undefined;
        return { remove: `aws kms schedule-key-deletion --key-id ${id} --region ${region}`, isState: true };
      }),
  },
};

export const kindOf = (resourceType: string): Kind | undefined =>
  Object.hasOwn(kinds, resourceType) ? kinds[resourceType] : undefined;

const missing = ['ResourceNotFoundException', 'NotFoundException', 'QueueDoesNotExist'];

async function ifThere(find: () => Promise<Leftover | undefined>): Promise<Leftover | undefined> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof Error && (missing.includes(error.name) || statusOf(error) === 404)) return undefined;
    throw error;
  }
}

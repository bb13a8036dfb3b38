import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { tableOfStream } from '../../../lib/config/existing.ts';
import { statusOf } from '../../pipeline/service-error.ts';
import { type Check, failed, ok, warning } from '../doctor/check.ts';
import { isDeployed, type Site, type StackState } from './site.ts';
import { isMissing, unlessUnanswered } from './unless-unanswered.ts';

/** One existing part: what asks whether it is there, and how to find its true name. */
interface Part {
  name: string;
  setting: string;
  asked: string;
  find: () => Promise<{ words: string; isEmpty?: boolean; isDeleted?: boolean } | undefined>;
  toSee: string;
}

/**
 * Whether the existing parts of the state that the configuration names are there. CloudFormation makes a table or bucket anew if
 * nothing has its name, and a new ledger beside old links makes them twice.
 */
export async function checkExisting({ aws, pipelines, region, stacks }: Site): Promise<Check[]> {
  const table =
    (name: string): Part['find'] =>
    async () => {
      const { Table } = await aws.tables.send(new DescribeTableCommand({ TableName: name }));
      return { words: `table ${name} is ${Table?.TableStatus ?? 'there'}`, isEmpty: Table?.ItemCount === 0 };
    };
  const bucket =
    (name: string): Part['find'] =>
    async () => {
      await aws.s3.send(new HeadBucketCommand({ Bucket: name }));
      return { words: `bucket ${name} is there` };
    };
  const parts = pipelines.flatMap(({ stackName, settings: { existing } }): Part[] => {
    const { names = {}, ledgerStreamArn, linkIdSecretArn } = existing ?? {};
    const { ledger, ...buckets } = names;
    const at = `existing of ${stackName}`;
    const ofTable = { name: at, asked: 'dynamodb:DescribeTable', toSee: `aws dynamodb list-tables --region ${region}` };
    return [
      ...(ledger === undefined ? [] : [{ ...ofTable, setting: 'existing.names.ledger', find: table(ledger) }]),
      ...(ledgerStreamArn === undefined
        ? []
        : [{ ...ofTable, setting: 'existing.ledgerStreamArn', find: table(tableOfStream(ledgerStreamArn)) }]),
      ...Object.entries(buckets).flatMap(([kind, name]) =>
        name === undefined
          ? []
          : [
              {
                name: at,
                setting: `existing.names.${kind}`,
                asked: 's3:ListBucket',
                find: bucket(name),
                toSee: 'aws s3api list-buckets',
              },
            ],
      ),
      ...(linkIdSecretArn === undefined
        ? []
        : [
            {
              name: at,
              setting: 'existing.linkIdSecretArn',
              asked: 'secretsmanager:DescribeSecret',
              find: async () => {
                const asked = new DescribeSecretCommand({ SecretId: linkIdSecretArn });
                const { DeletedDate } = await aws.secrets.send(asked);
                return { words: 'the link-ID secret is there', isDeleted: DeletedDate !== undefined };
              },
              toSee: `aws secretsmanager list-secrets --region ${region}`,
            },
          ]),
    ];
  });
  const checks = await Promise.all(
    parts.map((part) => unlessUnanswered(part.name, part.asked, async () => [await checkPart(part)])),
  );
  return [...checks.flat(), ...ledgersWithNewSecrets(pipelines, await stacks())];
}

/** A ledger that exists, beside a link-ID secret that a new state stack would generate. With it, no function works. */
function ledgersWithNewSecrets(pipelines: Site['pipelines'], stacks: readonly StackState[]): Check[] {
  return pipelines.flatMap(({ stackName, settings: { existing = {} } }) => {
    const { names: { ledger } = {}, ledgerStreamArn, linkIdSecretArn } = existing;
    const table = ledger ?? (ledgerStreamArn && tableOfStream(ledgerStreamArn));
    const state = stacks.find((one) => one.part === 'state' && one.pipeline.stackName === stackName);
    // The state stack of a pipeline that lives has the secret of its ledger.
    if (table === undefined || linkIdSecretArn !== undefined || (state && isDeployed(state))) return [];
    const words =
      'names a ledger, and the new state stack would generate another link-ID secret, with which no function works';
    const fix =
      'Set existing.linkIdSecretArn to the secret of this ledger. To prove which one it is: ' +
      `npx onelink doctor --table ${table} --secret ARN`;
    return [failed(`existing of ${stackName}`, words, fix)];
  });
}

async function checkPart({ name, setting, find, toSee }: Part): Promise<Check> {
  try {
    const found = await find();
    if (found?.isEmpty) {
      const fix =
        'AWS counts items every six hours. If it stays empty, it is not the ledger that was lost: see docs/restoring.md.';
      return warning(name, `${found.words}, and has no items`, fix);
    }
    if (found?.isDeleted) {
      const fix = 'Restore it, while its recovery window lasts: aws secretsmanager restore-secret --secret-id ARN';
      return failed(name, `${setting} is deleted, and keeps its value only until its recovery window ends`, fix);
    }
    return ok(name, found?.words ?? 'is there');
  } catch (error) {
    const isGone =
      isMissing(error, 'ResourceNotFoundException', 'NotFound', 'NoSuchBucket') ||
      (error instanceof Error && statusOf(error) === 404);
    if (!isGone) throw error;
    const rule = `${setting} names nothing that exists; a deployment would make a new, empty one`;
    return failed(name, rule, `Correct the setting before you deploy. To see what there is: ${toSee}`);
  }
}

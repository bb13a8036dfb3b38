import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { ledgerAttribute } from '../../../lambdas/adapters/names.ts';
import { type Check, failed, notKnown, ok, unlessRefused, warning } from './check.ts';

/**
 * Checks what a ledger must have. A point-in-time restore brings back neither TTL, nor stream, nor point-in-time recovery.
 * Without them nothing fails visibly: expired links stay in the ledger, and kept links are not renewed.
 */
export async function checkTable(
  dynamo: Pick<DynamoDBClient, 'send'>,
  TableName: string,
  local: boolean,
): Promise<Check[]> {
  const [ttl, stream, recovery] = ['ledger TTL', 'ledger stream', 'ledger recovery'];
  return [
    ...(await unlessRefused(ttl, 'dynamodb:DescribeTimeToLive', local, async () => {
      const { TimeToLiveDescription: found } = await dynamo.send(new DescribeTimeToLiveCommand({ TableName }));
      // The local engine has no TTL. A sweeper of the local cloud deletes expired records instead.
      if (local && found?.TimeToLiveStatus !== 'ENABLED') return [notKnown(ttl)];
      return [ttlCheck(ttl, found?.TimeToLiveStatus, found?.AttributeName, TableName)];
    })),
    ...(await unlessRefused(stream, 'dynamodb:DescribeTable', local, async () => {
      const { Table } = await dynamo.send(new DescribeTableCommand({ TableName }));
      const { StreamEnabled, StreamViewType } = Table?.StreamSpecification ?? {};
      // The local engine has no streams. The local cloud feeds the expiry intake instead.
      if (local && StreamEnabled === undefined) return [notKnown(stream)];
      return [streamCheck(stream, StreamEnabled === true, StreamViewType, TableName)];
    })),
    ...(await unlessRefused(recovery, 'dynamodb:DescribeContinuousBackups', local, async () => {
      const answer = await dynamo.send(new DescribeContinuousBackupsCommand({ TableName }));
      const found = answer.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
      if (found?.PointInTimeRecoveryStatus === 'ENABLED') return [ok(recovery, 'to any point in the last 35 days')];
      const fix =
        `aws dynamodb update-continuous-backups --table-name ${TableName} ` +
        '--point-in-time-recovery-specification PointInTimeRecoveryEnabled=true';
      return [failed(recovery, 'point-in-time recovery is off', fix)];
    })),
  ];
}

/**
 * Checks a table that was restored from a backup, before a pipeline takes it up, and prints the line of the configuration that names
 * it. It checks what a restore may lose, and what CloudFormation would not set on a table that it has not made.
 */
export async function checkRestoredTable(
  dynamo: Pick<DynamoDBClient, 'send'>,
  TableName: string,
  local: boolean,
): Promise<Check[]> {
  const table = 'ledger table';
  let streamArn: string | undefined;
  const itself = await unlessRefused(table, 'dynamodb:DescribeTable', local, async () => {
    const { Table = {} } = await dynamo.send(new DescribeTableCommand({ TableName }));
    streamArn = Table.StreamSpecification?.StreamEnabled === true ? Table.LatestStreamArn : undefined;
    return tableChecks(table, TableName, Table);
  });
  const missing = itself.some(({ result, words }) => result === 'failed' && words === 'does not exist');
  if (missing)
    return [failed(table, `there is no table ${TableName} here`, 'Check AWS_PROFILE, AWS_REGION and the name.')];
  const checks = [...itself, ...(await checkTable(dynamo, TableName, local))];
  const line = 'configuration';
  if (streamArn === undefined) return [...checks, notKnown(line, 'the table has no stream yet, which its line names')];
  return [...checks, ok(line, `give the pipeline this line: existing: { ledgerStreamArn: '${streamArn}' },`)];
}

function tableChecks(
  name: string,
  table: string,
  { KeySchema, AttributeDefinitions, BillingModeSummary, DeletionProtectionEnabled, TableStatus }: TableDescription,
): Check[] {
  const key = KeySchema?.map(({ AttributeName, KeyType }) => `${AttributeName} ${KeyType}`).join(', ');
  const type = AttributeDefinitions?.find(({ AttributeName }) => AttributeName === ledgerAttribute.key)?.AttributeType;
  if (key !== `${ledgerAttribute.key} HASH` || type !== 'S') {
    const words = `its key is ${key ?? 'unknown'}, and a ledger’s is ${ledgerAttribute.key} HASH, a string`;
    return [failed(name, words, 'Name the table that was restored from the ledger.')];
  }
  if (TableStatus !== 'ACTIVE') return [failed(name, `is ${TableStatus?.toLowerCase()}`, 'Wait until it is active.')];
  const update = `aws dynamodb update-table --table-name ${table}`;
  const faults: Check[] = [];
  if (DeletionProtectionEnabled === false) {
    faults.push(failed(name, 'anybody may delete it', `${update} --deletion-protection-enabled`));
  }
  if (BillingModeSummary?.BillingMode !== 'PAY_PER_REQUEST') {
    const words = 'has provisioned capacity, and no autoscaling';
    faults.push(failed(name, words, `${update} --billing-mode PAY_PER_REQUEST`));
  }
  return faults.length > 0 ? faults : [ok(name, 'has the ledger’s key, is protected and on demand')];
}

function ttlCheck(name: string, status: string | undefined, attribute: string | undefined, table: string): Check {
  const on = status === 'ENABLED' || status === 'ENABLING';
  if (on && attribute === ledgerAttribute.expiry) return ok(name, `by ${attribute}`);
  if (status === 'DISABLING') return warning(name, 'is being switched off', 'Switch it on again in an hour.');
  const words = on ? `uses ${attribute}, not ${ledgerAttribute.expiry}` : 'is off: was the table restored?';
  const fix =
    `aws dynamodb update-time-to-live --table-name ${table} ` +
    `--time-to-live-specification Enabled=true,AttributeName=${ledgerAttribute.expiry}`;
  return failed(name, words, fix);
}

function streamCheck(name: string, on: boolean, view: string | undefined, table: string): Check {
  // The expiry intake needs the old image: the record that the TTL deleted.
  const hasOldImages = view === 'NEW_AND_OLD_IMAGES' || view === 'OLD_IMAGE';
  if (on && hasOldImages) return ok(name, `with ${view}`);
  const words = on ? `has ${view}, which lacks the deleted record` : 'is off: was the table restored?';
  const fix =
    `aws dynamodb update-table --table-name ${table} ` +
    '--stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES. Then put its ARN into existing.ledgerStreamArn, ' +
    `which onelink doctor --table ${table} prints, and deploy.`;
  return failed(name, words, fix);
}

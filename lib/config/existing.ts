import * as z from 'zod';
import type { StageSettings } from './config-schema.ts';
import { partitionOf } from './landing-zone.ts';
import { text } from './setting-rules.ts';
import { got } from './shape-faults.ts';

const streamArn = /^arn:[\w-]+:dynamodb:([\w-]+):(\d{12}):table\/([\w.-]{3,255})\/stream\/[\d:.T-]+$/;
const secretArn = /^arn:[\w-]+:secretsmanager:([\w-]+):(\d{12}):secret:[\w/+=.@-]+-[A-Za-z0-9]{6}$/;

const tableName = text(/^[\w.-]{3,255}$/, 'must be the name of a DynamoDB table');
const bucketName = text(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of an S3 bucket');

/** Parts of the state that exist already. docs/restoring.md has the procedures. */
export const existingSchema = z.strictObject({
  /**
   * The names of what has stayed when the state stack was deleted. A deployment with `--import-existing-resources` takes it into the
   * new state stack. Never remove a name afterwards: CloudFormation would make a new, empty resource.
   */
  names: z
    .strictObject({
      ledger: tableName.optional(),
      qrImages: bucketName.optional(),
      archive: bucketName.optional(),
      campaignFiles: bucketName.optional(),
      auditRecords: bucketName.optional(),
    })
    .optional(),
  /**
   * A table that was restored from a backup, by the ARN of its stream, which names the table. It stays outside of the stack, so
   * `onelink doctor --table` checks what it must have.
   */
  ledgerStreamArn: text(
    streamArn,
    'must be the ARN of the stream of a DynamoDB table: arn:…:table/NAME/stream/TIME, as `onelink doctor --table NAME` prints it',
  ).optional(),
  /** The secret with which that ledger was written, with the six characters at the end of its ARN. */
  linkIdSecretArn: text(secretArn, 'must be the whole ARN of a secret: arn:…:secret:NAME-AbCdEf').optional(),
});
export type Existing = z.infer<typeof existingSchema>;

/** The name of the table whose stream it is. */
export const tableOfStream = (arn: string) => streamArn.exec(arn)?.[3] ?? '';

const reasonOf = (path: string) =>
  path.endsWith('linkIdSecretArn')
    ? 'both would derive link IDs from one secret'
    : 'two governors would steer one ledger';

/** What of the names cannot work: a table or bucket is one resource of one pipeline. */
function nameFaults(
  pipelines: Pick<StageSettings, 'pipelines'>['pipelines'],
  removalPolicy: StageSettings['removalPolicy'],
): [string, string][] {
  const all = pipelines.flatMap(({ existing: { names = {}, ledgerStreamArn } = {} }, index) => {
    const at = `pipelines[${index}].existing`;
    const given = Object.entries(names).map(([kind, name = '']) => ({ path: `${at}.names.${kind}`, kind, name }));
    const table = ledgerStreamArn === undefined ? [] : [tableOfStream(ledgerStreamArn)];
    return [...table.map((name) => ({ path: `${at}.ledgerStreamArn`, kind: 'ledger', name })), ...given];
  });
  const service = (kind: string) => (kind === 'ledger' ? 'table' : 'bucket');
  return all.flatMap(({ path, kind, name }, index): [string, string][] => {
    if (path.includes('.names.') && removalPolicy === 'destroy') {
      const rule = 'must be left out with removalPolicy destroy, which would delete it together with the stack';
      return [[path, `${rule}; ${got(name)}`]];
    }
    const before = all.slice(0, index).find((one) => one.name === name && service(one.kind) === service(kind));
    if (before === undefined || (!before.path.includes('.names.') && !path.includes('.names.'))) return [];
    return [[path, `must not be that of ${before.path} as well; ${got(name)}`]];
  });
}

/**
 * What several stages name as their own: a part of the state is one resource of one pipeline. A table's name is one resource in one AWS
 * account and region, the others are anywhere. A stage without `aws` may go to the place of any other.
 */
export function sharedExistingFaults(
  stages: Readonly<Record<string, Pick<StageSettings, 'aws' | 'pipelines'>>>,
): string[] {
  const parts = Object.entries(stages).flatMap(([stage, { aws, pipelines }]) =>
    pipelines.flatMap(({ existing: { names = {}, ledgerStreamArn, linkIdSecretArn } = {} }, index) => {
      const at = `stages.${stage}.pipelines[${index}].existing`;
      const one = (path: string, kind: 'table' | 'bucket' | 'secret', value: string, place = '') => ({
        stage,
        path: `${at}.${path}`,
        kind,
        value,
        place,
      });
      const { ledger, ...buckets } = names;
      const home = aws && `${aws.account} ${aws.region}`;
      const [, region, account] = streamArn.exec(ledgerStreamArn ?? '') ?? [];
      return [
        ...(ledger === undefined ? [] : [one('names.ledger', 'table', ledger, home)]),
        ...(ledgerStreamArn === undefined
          ? []
          : [one('ledgerStreamArn', 'table', tableOfStream(ledgerStreamArn), `${account} ${region}`)]),
        ...Object.entries(buckets).map(([name, bucket = '']) => one(`names.${name}`, 'bucket', bucket)),
        ...(linkIdSecretArn === undefined ? [] : [one('linkIdSecretArn', 'secret', linkIdSecretArn)]),
      ];
    }),
  );
  return parts.flatMap((part, index) => {
    const isSame = (other: typeof part) =>
      other.stage !== part.stage &&
      other.kind === part.kind &&
      other.value === part.value &&
      (other.place === part.place || other.place === '' || part.place === '');
    const before = parts.slice(0, index).find(isSame);
    if (before === undefined) return [];
    return [`${part.path}: must not be that of ${before.path} as well; got ${JSON.stringify(part.value)}`];
  });
}

/** What of the existing parts cannot work in the stage: path within the stage, rule and value. */
export function existingFaults({
  aws,
  removalPolicy,
  pipelines,
}: Pick<StageSettings, 'aws' | 'removalPolicy' | 'pipelines'>): [string, string][] {
  const named = pipelines.flatMap(({ existing: { names, ...arns } = {} }, index) =>
    Object.entries(arns).map(([name, arn = '']) => ({ path: `pipelines[${index}].existing.${name}`, arn })),
  );
  const faults = named.flatMap(({ path, arn }): [string, string][] => {
    const [, partition, , region, account] = arn.split(':');
    if (aws === undefined) return [];
    const isThere = region === aws.region && account === aws.account && partition === partitionOf(aws.region);
    if (isThere) return [];
    return [[path, `must be in the stage’s AWS account ${aws.account} and region ${aws.region}; ${got(arn)}`]];
  });
  const doubled = pipelines.flatMap(({ existing: { names, ledgerStreamArn } = {} }, index): [string, string][] =>
    names?.ledger === undefined || ledgerStreamArn === undefined
      ? []
      : [
          [
            `pipelines[${index}].existing.ledgerStreamArn`,
            'must not stand beside names.ledger: a pipeline has one ledger',
          ],
        ],
  );
  const twice = named.filter(({ arn }, index) => named.findIndex((one) => one.arn === arn) < index);
  return [
    ...faults,
    ...doubled,
    ...twice.map(({ path, arn }): [string, string] => [
      path,
      `must belong to one pipeline alone, because ${reasonOf(path)}; ${got(arn)}`,
    ]),
    ...nameFaults(pipelines, removalPolicy),
  ];
}

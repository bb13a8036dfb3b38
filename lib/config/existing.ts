import * as z from 'zod';
import type { StageSettings } from './config-schema.ts';
import { text } from './setting-rules.ts';

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

/** What of the existing parts cannot work in the stage: path within the stage, rule and value. */
export function existingFaults({ aws, pipelines }: Pick<StageSettings, 'aws' | 'pipelines'>): [string, string][] {
  const named = pipelines.flatMap(({ existing: { names, ...arns } = {} }, index) =>
    Object.entries(arns).map(([name, arn = '']) => ({ path: `pipelines[${index}].existing.${name}`, arn })),
  );
  const faults = named.flatMap(({ path, arn }): [string, string][] => {
    const [, , , region, account] = arn.split(':');
    if (aws === undefined || (region === aws.region && account === aws.account)) return [];
    return [
      [path, `must be in the stage’s AWS account ${aws.account} and region ${aws.region}; got ${JSON.stringify(arn)}`],
    ];
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
      `must belong to one pipeline alone, because two governors would steer one ledger; got ${JSON.stringify(arn)}`,
    ]),
  ];
}

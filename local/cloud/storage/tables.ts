import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import type { Deployment, Resource } from '../assembly/deployment.ts';
import type { TableStream } from './stream-record.ts';

const keySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));
const projection = z.looseObject({
  ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']).optional(),
  NonKeyAttributes: z.array(z.string()).optional(),
});
const throughput = z.object({ ReadCapacityUnits: z.coerce.number(), WriteCapacityUnits: z.coerce.number() }).optional();
const index = z.looseObject({ IndexName: z.string(), KeySchema: keySchema, Projection: projection });

/** The properties of `AWS::DynamoDB::Table` that are implemented. */
export const tableProperties = z.looseObject({
  TableName: z.string().optional(),
  KeySchema: keySchema,
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })),
  BillingMode: z.enum(['PAY_PER_REQUEST', 'PROVISIONED']).optional(),
  ProvisionedThroughput: throughput,
  GlobalSecondaryIndexes: z.array(index.extend({ ProvisionedThroughput: throughput })).optional(),
  LocalSecondaryIndexes: z.array(index).optional(),
  TimeToLiveSpecification: z.looseObject({ AttributeName: z.string(), Enabled: z.boolean() }).optional(),
});

/** With the partly implemented properties, for the notices. */
const streamProperties = tableProperties.extend({
  StreamSpecification: z
    .looseObject({ StreamViewType: z.enum(['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES']) })
    .optional(),
});

/** A table whose items have a time to live. */
export interface ExpiringTable {
  readonly tableName: string;
  readonly keyAttributes: readonly string[];
  /** The attribute with the item's expiry in epoch seconds. */
  readonly expiryAttribute: string;
  /** Undefined: the table has no stream. */
  readonly stream: TableStream | undefined;
}

/** The stream of a table, if the template gives it one. */
export function streamOf(deployment: Deployment, table: Resource): TableStream | undefined {
  const { StreamSpecification } = deployment.properties(table, streamProperties);
  const arn = table.attributes.StreamArn;
  return StreamSpecification && arn !== undefined ? { arn, viewType: StreamSpecification.StreamViewType } : undefined;
}

/** Creates the tables of a deployment, waits until they are active, and returns those with a time to live. */
export async function createTables(deployment: Deployment, dynamodb: DynamoDBClient): Promise<ExpiringTable[]> {
  const expiring: ExpiringTable[] = [];
  for (const resource of deployment.resources('AWS::DynamoDB::Table')) {
    const { KeySchema, TimeToLiveSpecification, ...properties } = deployment.properties(resource, tableProperties);
    const input = {
      TableName: resource.name,
      KeySchema,
      AttributeDefinitions: properties.AttributeDefinitions,
      // The template's default is PROVISIONED, but dynalite needs it explicitly.
      BillingMode: properties.BillingMode ?? 'PROVISIONED',
      ProvisionedThroughput: properties.ProvisionedThroughput,
      GlobalSecondaryIndexes: properties.GlobalSecondaryIndexes,
      LocalSecondaryIndexes: properties.LocalSecondaryIndexes,
    };
    // In the checked properties, parts are optional. In the SDK's type, they are required but may be undefined.
    await dynamodb.send(new CreateTableCommand(input as CreateTableCommandInput));
    await untilActive(resource.name, dynamodb);
    if (!TimeToLiveSpecification?.Enabled) continue;
    expiring.push({
      tableName: resource.name,
      keyAttributes: KeySchema.map(({ AttributeName }) => AttributeName),
      expiryAttribute: TimeToLiveSpecification.AttributeName,
      stream: streamOf(deployment, resource),
    });
  }
  return expiring;
}

async function untilActive(TableName: string, dynamodb: DynamoDBClient): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (performance.now() < deadline) {
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
    if (Table?.TableStatus === 'ACTIVE') return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`table ${TableName} did not become active`);
}

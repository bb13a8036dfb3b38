import { readFileSync, writeFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { search } from '@aws-lambda-powertools/jmespath';
import * as cloudFormation from '@aws-sdk/client-cloudformation';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as dynamoDb from '@aws-sdk/client-dynamodb';
import * as lambda from '@aws-sdk/client-lambda';
import * as s3 from '@aws-sdk/client-s3';
import * as secretsManager from '@aws-sdk/client-secrets-manager';
import * as sqs from '@aws-sdk/client-sqs';

/**
 * A stand-in for version 2 of the AWS CLI, which npm does not have. It runs the operations of the documents by the SDK. It
 * checks operations and parameters against the service's model. So it refuses a misspelt one, as the CLI does.
 */

/** An operation's input in the SDK's schemas: members, then their shapes. */
type Members = readonly string[];
interface Service {
  client: { send(command: never): Promise<unknown> };
  module: Record<string, unknown>;
}
const services: Record<string, () => Service> = {
  cloudformation: () => ({ client: new cloudFormation.CloudFormationClient(), module: { ...cloudFormation } }),
  dynamodb: () => ({ client: new dynamoDb.DynamoDBClient(), module: { ...dynamoDb } }),
  lambda: () => ({ client: new lambda.LambdaClient(), module: { ...lambda } }),
  s3api: () => ({ client: new s3.S3Client(), module: { ...s3 } }),
  secretsmanager: () => ({ client: new secretsManager.SecretsManagerClient(), module: { ...secretsManager } }),
  sqs: () => ({ client: new sqs.SQSClient(), module: { ...sqs } }),
};

const pascal = (words: string) => words.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());

/**
 * @param words the arguments of `aws`
 * @param folder the working directory
 * @returns what it prints
 * @throws Error with the message of the failure
 */
export async function aws(words: readonly string[], folder: string, input: string): Promise<string> {
  const [service = '', operation = '', ...rest] = words;
  if (service === 's3') return s3Verb(operation, rest);
  if (service === 'logs' && operation === 'tail') return tail(rest);
  const isInvocation = service === 'lambda' && operation === 'invoke';
  const { positional, flags } = flagsOf(rest, isInvocation);
  const found = services[service]?.();
  const schema = found?.module[`${pascal(operation)}$`] as [number, string, string, number, () => unknown] | undefined;
  if (found === undefined || schema === undefined) throw new Error(`invalid choice: ${service} ${operation}`);
  const members = (schema[4]() as [number, string, string, number, Members])[4];
  const given: Record<string, unknown> = {};
  for (const [flag, values] of flags) {
    if (flag === 'query' || flag === 'output') continue;
    const member = members.find((name) => name.toLowerCase() === flag.replaceAll('-', ''));
    if (member === undefined) throw new Error(`Unknown options: --${flag}`);
    given[member] = parameterOf(member, values, folder, input);
  }
  const Operation = found.module[`${pascal(operation)}Command`] as new (input: object) => never;
  const { $metadata: _, ...answer } = (await found.client.send(new Operation(given))) as Record<string, unknown>;
  if (isInvocation) {
    writeFileSync(resolve(folder, positional[0] ?? ''), Buffer.from((answer.Payload ?? []) as Uint8Array));
    return `${JSON.stringify({ StatusCode: answer.StatusCode, FunctionError: answer.FunctionError })}\n`;
  }
  const query = flags.get('query')?.[0];
  const shown: unknown = query === undefined ? answer : search(query, answer as never);
  if (flags.get('output')?.[0] === 'text') {
    const isTable = Array.isArray(shown) && shown.every((row) => Array.isArray(row));
    const lines: unknown[][] = isTable ? shown : [[shown].flat()];
    return lines.map((line) => `${line.join('\t')}\n`).join('');
  }
  return `${JSON.stringify(shown, null, 2)}\n`;
}

/** @param isInvocation `lambda invoke`: its flags have one value each, and the file for the response follows them */
function flagsOf(
  words: readonly string[],
  isInvocation = false,
): { positional: string[]; flags: Map<string, string[]> } {
  const flags = new Map<string, string[]>();
  const positional: string[] = [];
  let values = positional;
  for (const word of words) {
    if (word.startsWith('--')) {
      values = [];
      flags.set(word.slice(2), values);
    } else values.push(word);
    if (isInvocation && values !== positional && values.length === 1) values = positional;
  }
  return { positional, flags };
}

function parameterOf(member: string, values: string[], folder: string, input: string): unknown {
  const [value = ''] = values;
  if (values.length === 0) return true;
  if (value === 'file:///dev/stdin') return input;
  const [, scheme, file = ''] = /^(fileb?):\/\/(.+)$/.exec(value) ?? [];
  if (scheme !== undefined) {
    const read = readFileSync(isAbsolute(file) ? file : join(folder, file));
    return scheme === 'fileb' ? read : read.toString();
  }
  if (value.startsWith('{')) return JSON.parse(value);
  return values.length > 1 || member.endsWith('Names') ? values : value;
}

async function s3Verb(verb: string, rest: readonly string[]): Promise<string> {
  const client = new s3.S3Client();
  const { positional, flags } = flagsOf(rest);
  const unknown = [...flags.keys()].filter((flag) => flag !== 'recursive');
  if (unknown.length > 0) throw new Error(`Unknown options: --${unknown[0]}`);
  const [, Bucket = '', Key = ''] =
    /^s3:\/\/([^/]+)\/(.*)$/.exec([...positional, ...(flags.get('recursive') ?? [])][0] ?? '') ?? [];
  if (verb === 'ls') {
    const { Contents = [] } = await client.send(new s3.ListObjectsV2Command({ Bucket, Prefix: Key }));
    return Contents.map((one) => `${one.LastModified?.toISOString()} ${one.Size} ${one.Key}\n`).join('');
  }
  if (verb === 'cp' && positional[1] === '-') {
    const { Body } = await client.send(new s3.GetObjectCommand({ Bucket, Key }));
    return (await Body?.transformToString()) ?? '';
  }
  if (verb === 'rm') {
    await client.send(new s3.DeleteObjectCommand({ Bucket, Key }));
    return `delete: s3://${Bucket}/${Key}\n`;
  }
  throw new Error(`invalid choice: s3 ${verb}`);
}

async function tail(rest: readonly string[]): Promise<string> {
  const [group = '', ...others] = rest;
  const { flags } = flagsOf(others);
  const [, count = '', unit = ''] = /^(\d+)([smhd])$/.exec(flags.get('since')?.[0] ?? '') ?? [];
  const seconds = Number(count) * ({ s: 1, m: 60, h: 3_600, d: 86_400 }[unit] ?? Number.NaN);
  if (Number.isNaN(seconds)) throw new Error('--since: Invalid relative time');
  const { events = [] } = await new logs.CloudWatchLogsClient().send(
    new logs.FilterLogEventsCommand({ logGroupName: group, startTime: Date.now() - seconds * 1000 }),
  );
  return events
    .map(({ timestamp = 0, message }) => `${new Date(timestamp).toISOString()} ${message?.trimEnd()}\n`)
    .join('');
}

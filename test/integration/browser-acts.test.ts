import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import {
  type AutomationExecution,
  GetAutomationExecutionCommand,
  GetDocumentCommand,
  SSMClient,
  StartAutomationExecutionCommand,
} from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuditRecord, auditRecordSchema } from '../../lambdas/domain/acts/record.ts';
import { sessionOf } from '../../local/cloud/access/caller.ts';
import { localAccountId } from '../../local/cloud/endpoints.ts';
import { runningPipeline } from '../world/running-pipeline.ts';

/** Somebody who may start every document, and invoke nothing. */
const starter = sessionOf(`arn:aws:iam::${localAccountId}:role/starter`, 'eve', [
  { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'ssm:*', Resource: '*' }] },
]);
const personArn = `arn:aws:sts::${localAccountId}:assumed-role/local-browser/local`;

// Systems Manager brings Python along. The local cloud takes this machine's.
const hasPython = process.env.CI !== undefined || spawnSync('python3', ['--version']).status === 0;

describe.runIf(hasPython)('an operator with a browser alone', () => {
  let pipeline: Awaited<ReturnType<typeof runningPipeline>>;
  beforeAll(async () => {
    pipeline = await runningPipeline({ callers: { starter } });
  }, 300_000);
  afterAll(() => pipeline?.stop());

  const ssmAs = (accessKeyId: string) =>
    new SSMClient({ ...pipeline.cloud.clientConfig('ssm', accessKeyId), maxAttempts: 1 });
  const nameOf = (act: string) => `OneLink-production-${act}`;

  /** Starts a document, and waits until its execution has ended. */
  async function started(
    act: string,
    parameters: Record<string, string>,
    accessKeyId = 'local-browser',
  ): Promise<AutomationExecution & { id: string }> {
    const ssm = ssmAs(accessKeyId);
    const Parameters = Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, [value]]));
    const { AutomationExecutionId = '' } = await ssm.send(
      new StartAutomationExecutionCommand({ DocumentName: nameOf(act), Parameters }),
    );
    for (;;) {
      const { AutomationExecution: found } = await ssm.send(
        new GetAutomationExecutionCommand({ AutomationExecutionId }),
      );
      if (found?.AutomationExecutionStatus !== 'InProgress') return { ...found, id: AutomationExecutionId };
      await sleep(50);
    }
  }

  /** The records of an act, in the order of their keys. */
  async function recordsOf(actId: string): Promise<AuditRecord[]> {
    const s3 = new S3Client({ ...pipeline.cloud.clientConfig('s3'), forcePathStyle: true });
    const Bucket = pipeline.outputs.AuditBucketName ?? '';
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    const records: AuditRecord[] = [];
    for (const { Key = '' } of Contents.filter((one) => one.Key?.includes(actId))) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      records.push(auditRecordSchema.parse(JSON.parse((await Body?.transformToString()) ?? '')));
    }
    return records;
  }

  const stateOf = async (lane: string) => (await pipeline.control.read()).control?.lanes[lane];
  const depth = async (QueueUrl: string) => {
    const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] });
    return Number((await pipeline.sqs.send(asked)).Attributes?.ApproximateNumberOfMessages);
  };

  test('pauses a lane, and the records name the person whom Systems Manager states', async () => {
    // Given a reason with the signs of another language
    const reason = 'rates “change” {{ act.Payload }} \'"; $(reboot)';

    // When
    const execution = await started('pause', { Lane: 'campaign', Reason: reason });

    // Then
    expect(execution).toMatchObject({ AutomationExecutionStatus: 'Success', ExecutedBy: personArn });
    expect(JSON.parse(execution.Outputs?.['confirm.answer']?.[0] ?? '')).toEqual({
      ordered: [{ lane: 'campaign', changed: true, state: 'paused', words: 'is paused until you resume it' }],
    });
    expect(await stateOf('campaign')).toMatchObject({ state: 'paused', reason: 'operator', note: reason });
    const common = {
      actId: execution.id,
      part: 1,
      act: 'pause',
      permission: 'operate',
      document: 'OneLink-production-pause',
      by: { arn: personArn, userId: '', account: localAccountId },
      target: { lanes: ['campaign'] },
      reason,
    };
    expect(await recordsOf(execution.id)).toMatchObject([
      { ...common, phase: 'begun' },
      { ...common, phase: 'ended', result: 'done' },
    ]);
  });

  test('sends dead letters back, starts the replayer and resumes the lane', async () => {
    // Given a dead letter, and the choices of the document
    const dead = pipeline.outputs.CampaignDeadLetterQueueUrl ?? '';
    await pipeline.sqs.send(new SendMessageCommand({ QueueUrl: dead, MessageBody: '{"source":"crm"}' }));
    const { Content = '' } = await ssmAs('local-browser').send(new GetDocumentCommand({ Name: nameOf('redrive') }));
    const choices: string[] = JSON.parse(Content).parameters.Queue.allowedValues;
    expect(choices.map((choice) => choice.split(' ')[0])).toEqual([
      'transactional',
      'campaign',
      'qr',
      'expiry',
      'campaigns',
    ]);

    // When
    const Queue = choices.find((choice) => choice.startsWith('campaign ')) ?? '';
    const redriven = await started('redrive', { Queue, Limit: '1', Reason: 'the cause is gone' });
    const replayed = await started('replay', { Reason: 'the month is new' });
    const resumed = await started('resume', { Lane: 'campaign', Reason: 'the rates are set' });

    // Then
    expect(JSON.parse(redriven.Outputs?.['confirm.answer']?.[0] ?? '')).toEqual({ moved: 1, refused: [], done: true });
    expect(await depth(dead)).toBe(0);
    expect(replayed.AutomationExecutionStatus).toBe('Success');
    expect(resumed.AutomationExecutionStatus).toBe('Success');
    expect(await stateOf('campaign')).toMatchObject({ state: 'open' });
    const [begun] = await recordsOf(redriven.id);
    expect(begun).toMatchObject({ act: 'redrive', reason: 'the cause is gone', by: { arn: personArn } });
  });

  test('whose role may not invoke the function does nothing, although it may start the document', async () => {
    const execution = await started('pause', { Lane: 'qr', Reason: 'for fun' }, 'starter');

    expect(execution.AutomationExecutionStatus).toBe('Failed');
    expect(execution.FailureMessage).toBe(
      `Step act failed: User: ${starter.arn} is not authorized to perform: lambda:InvokeFunction`,
    );
    expect(await recordsOf(execution.id)).toEqual([]);
    expect((await stateOf('qr'))?.state ?? 'open').toBe('open');
  });

  test('whose role may not start the document starts nothing', async () => {
    await expect(started('pause', { Lane: 'qr', Reason: 'for fun' }, 'local-reader')).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  test.each<[string, Record<string, string>]>([
    ['a lane that is none', { Lane: 'nothing', Reason: 'x' }],
    ['no reason', { Lane: 'qr' }],
    ['a reason of two lines', { Lane: 'qr', Reason: 'one\ntwo' }],
    ['an unknown parameter', { Lane: 'qr', Reason: 'x', By: 'root' }],
  ])('gets an error of Systems Manager for %s', async (_, parameters) => {
    await expect(started('pause', parameters)).rejects.toMatchObject({
      name: 'InvalidAutomationExecutionParametersException',
    });
  });

  test('cannot use another’s execution a second time, and the refusal is recorded without a person', async () => {
    // Given somebody’s execution that has paused and ended
    const { id } = await started('pause', { Lane: 'qr', Reason: 'images wait' });
    await started('resume', { Lane: 'qr', Reason: 'images go on' });

    // When its ID is handed in again, by hand
    const lambda = new LambdaClient(pipeline.cloud.clientConfig('lambda', 'local-browser'));
    const { Payload } = await lambda.send(
      new InvokeCommand({
        FunctionName: pipeline.outputs.OperationsFunctionName,
        Qualifier: 'operate',
        Payload: JSON.stringify({ execution: id }),
      }),
    );

    // Then
    expect(JSON.parse(Payload?.transformToString() ?? '')).toMatchObject({ result: 'refused', code: 'not-proved' });
    expect(await stateOf('qr')).toMatchObject({ state: 'open' });
    expect((await recordsOf(id)).at(-1)).toMatchObject({ phase: 'refused', error: 'not-proved' });
  });

  test('who may only watch reads the runbook to which each alarm leads', async () => {
    const ssm = ssmAs('local-reader');
    const client = new CloudWatchClient(pipeline.cloud.clientConfig('cloudWatch', 'local-reader'));
    const names: string[] = [];
    for await (const { MetricAlarms = [] } of paginateDescribeAlarms({ client }, {})) {
      const documents = MetricAlarms.map(
        ({ AlarmDescription = '' }) => /documents\/([\w-]+)\/description/.exec(AlarmDescription)?.[1],
      );
      names.push(...documents.map((name = 'none') => name));
    }

    expect(names.length).toBeGreaterThan(50);
    for (const Name of new Set(names)) {
      const { Content = '' } = await ssm.send(new GetDocumentCommand({ Name }));
      expect(JSON.parse(Content).description).toMatch(/^\*\*Means\.\*\* /m);
    }
  });
});

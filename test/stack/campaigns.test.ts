import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { configuredApp } from './configured-app.ts';
import { producerWorld } from './producer-world.ts';
import { named, pipelineOf } from './shipped-pipeline.ts';

const { stateTemplate } = configuredApp();
const { output, queueArn, whoMay, operatorMay } = producerWorld();
const object = (key: string) => `arn:aws:s3:::${output('CampaignBucketName')}/${key}`;

describe('the campaign bucket', () => {
  test('sends an event to the campaign queue for each object that reaches the inbox, by its own notification', () => {
    stateTemplate.hasResource('AWS::S3::Bucket', {
      Properties: {
        VersioningConfiguration: { Status: 'Enabled' },
        NotificationConfiguration: {
          QueueConfigurations: [
            {
              Event: 's3:ObjectCreated:*',
              Queue: { 'Fn::GetAtt': ['CampaignFilesQueue', 'Arn'] },
              Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'inbox/' }] } },
            },
          ],
        },
      },
      // S3 tests the notification when the bucket is made, so the queue must admit it by then.
      DependsOn: Match.arrayWith([Match.stringLikeRegexp('CampaignWorkQueuePolicy')]),
    });
    stateTemplate.resourceCountIs('AWS::Lambda::Function', 0);
    stateTemplate.resourceCountIs('Custom::S3BucketNotifications', 0);
  });

  test('is admitted by the queue from this account only, and no producer is', async () => {
    stateTemplate.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Principal: { Service: 's3.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Condition: {
              ArnLike: { 'aws:SourceArn': { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::*']] } },
              StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
            },
          }),
        ]),
      },
    });
    const queue = queueArn('CampaignFilesQueueUrl');
    for (const action of ['SendMessage', 'ReceiveMessage', 'DeleteMessage', 'PurgeQueue']) {
      expect([action, await whoMay(`sqs:${action}`, queue)]).toEqual([action, []]);
    }
  });

  test.each<[string, string[]]>([
    ['crm', ['role crm', 'user crm']],
    ['crm2', ['account of crm2']],
    ['studio', ['shared role']],
    ['shop.eu', ['shared role', 'role shop']],
    ['signup', []],
    ['product', ['role product']],
  ])('of %s: its principals alone drop files and read results, and may do nothing else', async (source, principals) => {
    const dropped = object(`inbox/${source}/spring.csv`);
    const result = object(`results/${source}/spring.csv`);
    expect(await whoMay('s3:PutObject', dropped)).toEqual(principals);
    expect(await whoMay('s3:GetObject', result)).toEqual(principals);
    for (const [action, key] of [
      ['s3:GetObject', dropped],
      ['s3:DeleteObject', dropped],
      ['s3:PutObject', result],
      ['s3:DeleteObject', result],
      ['s3:GetObject', object(`work/${source}/spring/1/chunk-0000001.ndjson`)],
      ['s3:PutObject', object(`work/${source}/spring/1/chunk-0000001.ndjson`)],
      ['s3:PutObject', object('inbox/spring.csv')],
      ['s3:ListBucket', object('').slice(0, -1)],
    ] as const) {
      expect([action, key, await whoMay(action, key)]).toEqual([action, key, []]);
    }
    expect(await operatorMay('s3:PutObject', dropped)).toBe(true);
  });
});

describe('the campaign functions', () => {
  test('check two files at a time, one message each, within the account’s reserved concurrency', () => {
    const { Properties: checker } = named('AWS::Lambda::Function').CampaignsCheckerWorkerFunction ?? expect.fail();
    const { Properties: mapping } = named('AWS::Lambda::EventSourceMapping').CampaignsCheckerMapping ?? expect.fail();
    expect(checker).toMatchObject({ ReservedConcurrentExecutions: 2, Timeout: 120, MemorySize: 1_024 });
    expect(mapping).toMatchObject({
      BatchSize: 1,
      ScalingConfig: { MaximumConcurrency: 2 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    stateTemplate.hasResource('AWS::SQS::Queue', { Properties: { VisibilityTimeout: 720 } });
  });

  test('send with one environment, whose role the lanes believe', () => {
    const { Properties: sender } = named('AWS::Lambda::Function').CampaignsSenderWorkerFunction ?? expect.fail();
    expect(sender).toMatchObject({ ReservedConcurrentExecutions: 1, Timeout: 900 });
    const { Properties: worker } = named('AWS::Lambda::Function').CampaignLinkWorkerFunction ?? expect.fail();
    expect(JSON.stringify(worker.Environment.Variables.OWN_SENDERS)).toContain('CampaignsSenderWorkerRole');
  });

  test('know each lane’s reserve and conflict policy, and which campaigns wait for approval', () => {
    const stack = pipelineOf({ campaigns: { approval: { aboveRows: 1_000, sources: ['crm'] } } });
    const functions = named('AWS::Lambda::Function', Template.fromStack(stack));
    const { Variables } = functions.CampaignsCheckerWorkerFunction?.Properties.Environment ?? expect.fail();
    expect(JSON.parse(Variables.APPROVAL)).toEqual({ aboveRows: 1_000, sources: ['crm'] });
    expect(JSON.parse(Variables.LANES)).toEqual({
      transactional: { quotaReserveCalls: 20_000, conflictPolicy: 'reject' },
      campaign: { quotaReserveCalls: 750_000, conflictPolicy: 'reject' },
    });
  });
});

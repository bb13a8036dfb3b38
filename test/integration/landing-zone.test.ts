import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { strict } from '../stack/strict-stage.ts';
import { messagesOf, runningPipeline } from '../world/running-pipeline.ts';

describe('a stage in a landing zone with every rule', () => {
  let pipeline: Awaited<ReturnType<typeof runningPipeline>>;
  beforeAll(async () => {
    pipeline = await runningPipeline({ configuration: strict });
  }, 120_000);
  afterAll(() => pipeline?.stop());

  it('makes links with QR codes on the local cloud, which refuses none of its calls', {
    timeout: 120_000,
  }, async () => {
    // Given the strict stage's own template
    // When a producer sends a command
    const [done] = await pipeline.sendAndAwait(
      messagesOf([
        {
          specVersion: '1.0',
          source: 'crm',
          requestId: 'strict-1',
          action: 'create',
          requestedAt: new Date().toISOString(),
          onelinkId: 'A1b3',
          data: { pid: 'crm_email', c: 'strict' },
          ttl: '1d',
          qr: {},
        },
      ]),
      60,
    );
    // Then it has its link and its image
    expect([done?.answer?.outcome, done?.qr?.outcome]).toEqual(['created', 'qr-ready']);
    expect((await pipeline.calls()).refused).toEqual([]);
  });

  it('reports what the local cloud leaves out, and nothing that would make a difference, but the boundary', () => {
    const warnings = pipeline.cloud.notices
      .filter(({ severity }) => severity === 'warning')
      .map(({ subject }) => subject);
    expect([...new Set(warnings)]).toEqual(
      // The first and the last are there without a landing zone, too.
      ['AWS::DynamoDB::Table.StreamSpecification', 'AWS::IAM::Role.PermissionsBoundary', 'AWS::CloudWatch::Alarm'],
    );
    const leftOut = new Set(
      pipeline.cloud.notices.filter(({ severity }) => severity === 'left-out').map(({ subject }) => subject),
    );
    for (const one of [
      'AWS::KMS::Key',
      'AWS::EC2::VPCEndpoint',
      'AWS::EC2::SecurityGroup',
      'AWS::Lambda::Function.VpcConfig',
      'AWS::SecretsManager::Secret.ReplicaRegions',
      'AWS::S3::Bucket.LoggingConfiguration',
    ])
      expect(leftOut).toContain(one);
  });
});

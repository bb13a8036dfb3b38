import type { App } from 'aws-cdk-lib';
import { Stack } from 'aws-cdk-lib';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { config } from '../../examples/configuration.ts';
import type { Outcome } from '../../lambdas/domain/contract/outcome.ts';
import type { Configuration, PipelineSettings } from '../../lib/config/config-schema.ts';
import { fingerprint } from '../../local/cloud/assembly/identities.ts';
import { localAccountId } from '../../local/cloud/endpoints.ts';
import { type LeftState, messagesOf, runningPipeline } from '../world/running-pipeline.ts';

type Pipeline = Awaited<ReturnType<typeof runningPipeline>>;

const secretName = 'link-id-secret-that-stayed';
const linkIdSecret = 'a secret of the test, long enough to derive link IDs with';
const linkIdSecretArn = `arn:aws:secretsmanager:us-east-1:${localAccountId}:secret:${secretName}-${fingerprint(secretName, 6)}`;

/** What the deleted state stack has left besides tables and buckets. */
const existing = {
  stack: 'Stayed',
  add(app: App): void {
    new CfnSecret(new Stack(app, 'Stayed'), 'Secret', { name: secretName, secretString: linkIdSecret });
  },
};

const command = {
  specVersion: '1.0',
  source: 'product',
  onelinkId: 'A1b3',
  requestedAt: '2026-03-01T10:00:00Z',
};
const data = { pid: 'print', c: 'posters' };
const creates = [
  { ...command, action: 'create', requestId: 'derived', data },
  { ...command, action: 'create', requestId: 'chosen', shortlinkId: 'poster', data },
];

const at = (minutes: number) => new Date(Date.parse(command.requestedAt) + minutes * 60_000).toISOString();
const outcomesOf = async (pipeline: Pipeline, commands: readonly object[]): Promise<Outcome[]> =>
  (await pipeline.sendAndAwait(messagesOf(commands), 300)).flatMap(({ answer }) => answer ?? []);

/** The first life of the pipeline. It makes two links, and then both stacks are deleted. */
async function firstLife() {
  const pipeline = await runningPipeline({ linkIdSecret });
  try {
    const made = await outcomesOf(pipeline, creates);
    const links = [...pipeline.api.control.links()].map(({ onelinkId, shortlinkId, payload, expiry }) => ({
      onelinkId,
      shortlinkId,
      data: payload as Record<string, string>,
      ttl: '31d',
      expiry,
    }));
    const { outputs, httpKey } = pipeline;
    return { made, links, outputs, httpKey, left: await pipeline.left() };
  } finally {
    await pipeline.stop();
  }
}

function named(outputs: Readonly<Record<string, string>>): PipelineSettings['existing'] {
  const { LedgerTableName: ledger, QrBucketName: qrImages, ArchiveBucketName: archive } = outputs;
  const { CampaignBucketName: campaignFiles, AuditBucketName: auditRecords } = outputs;
  return { names: { ledger, qrImages, archive, campaignFiles, auditRecords }, linkIdSecretArn };
}

function withExisting(parts: PipelineSettings['existing']): Configuration {
  const production = config.stages.production ?? expect.fail('no production');
  const pipelines = production.pipelines.map((pipeline) => ({ ...pipeline, existing: parts }));
  return { ...config, stages: { production: { ...production, pipelines } } };
}

describe('a pipeline that comes back with what has stayed', () => {
  let before: Awaited<ReturnType<typeof firstLife>>;
  let pipeline: Pipeline;
  let left: LeftState;

  beforeAll(async () => {
    before = await firstLife();
    left = before.left;
    pipeline = await runningPipeline({ configuration: withExisting(named(before.outputs)), existing });
    pipeline.api.control.preload(before.links);
    await pipeline.takeUp(left);
    // Functions have run on the empty table.
    pipeline.cloud.killAllEnvironments();
  }, 1_200_000);
  afterAll(() => pipeline?.stop());

  it('has its table, its buckets and its link-ID secret under their old names', () => {
    for (const name of [
      'LedgerTableName',
      'QrBucketName',
      'ArchiveBucketName',
      'CampaignBucketName',
      'AuditBucketName',
    ])
      expect(pipeline.outputs[name], name).toBe(before.outputs[name]);
    expect(pipeline.outputs.LinkIdSecretArn).toBe(linkIdSecretArn);
    expect(pipeline.outputs.ApiTokenSecretArn).not.toBe(linkIdSecretArn);
  });

  it('answers repeats from the old records, and makes no link twice', async () => {
    const repeated = await outcomesOf(pipeline, creates);
    const urls = (outcomes: readonly Outcome[]) =>
      outcomes.map(({ requestId, link }) => `${requestId} ${link?.shortUrl}`).toSorted();
    expect(urls(repeated)).toEqual(urls(before.made));
    expect(repeated.map(({ outcome, repeat }) => [outcome, repeat])).toEqual([
      ['created', true],
      ['created', true],
    ]);
    expect(pipeline.api.control.stats().links.made).toBe(0);
  }, 400_000);

  it('updates the links that were made before, and deletes them after', async () => {
    const addresses = before.made.map(({ link }) => ({
      onelinkId: link?.onelinkId ?? '',
      shortlinkId: link?.shortlinkId ?? '',
    }));
    const change = (action: string, minutes: number, more: object = {}) =>
      addresses.map((address, index) => ({
        ...command,
        ...address,
        action,
        requestId: `${action}-${index}`,
        requestedAt: at(minutes),
        ...more,
      }));
    const updated = await outcomesOf(pipeline, change('update', 10, { data: { ...data, c: 'summer' } }));
    expect(updated.map(({ outcome }) => outcome)).toEqual(['updated', 'updated']);
    expect([...pipeline.api.control.links()].map(({ payload }) => Reflect.get(Object(payload), 'c'))).toEqual([
      'summer',
      'summer',
    ]);
    const deleted = await outcomesOf(pipeline, change('delete', 20));
    expect(deleted.map(({ outcome }) => outcome)).toEqual(['deleted', 'deleted']);
    expect([...pipeline.api.control.links()]).toEqual([]);
  }, 700_000);

  it('takes none of the old keys of the HTTP API, because that secret is new', async () => {
    const call = async (key: string) => {
      const address = `${pipeline.outputs.HttpApiUrl}/v1/requests/nobody`;
      return (await fetch(address, { headers: { authorization: `Bearer ${key}` } })).status;
    };
    expect(await call(before.httpKey?.key ?? '')).toBe(401);
    expect(await call(pipeline.httpKey?.key ?? '')).toBe(404);
  }, 100_000);
});

import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type App, Stack } from 'aws-cdk-lib';
import { CfnTable } from 'aws-cdk-lib/aws-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { config } from '../../examples/configuration.ts';
import { fingerprintOf } from '../../lambdas/domain/link/link-id-secret.ts';
import type { Configuration } from '../../lib/config/config-schema.ts';
import { localAccountId } from '../../local/cloud/endpoints.ts';
import { knownPart, releasedCommands, releasedSecret, releasedState } from '../world/release-state.ts';
import { messagesOf, runningPipeline } from '../world/running-pipeline.ts';

const { creates, removal } = releasedCommands;
const patience = { timeout: 300_000, interval: 500 };
const table = 'ledger-restored';
const ledgerStreamArn = `arn:aws:dynamodb:us-east-1:${localAccountId}:table/${table}/stream/1970-01-01T00:00:00.000`;

/** The table that was restored from a point in time, with the stream and the TTL that an operator has given it. */
const existing = {
  stack: 'Restored',
  add(app: App): void {
    new CfnTable(new Stack(app, 'Restored'), 'Table', {
      tableName: table,
      keySchema: [{ attributeName: 'pk', keyType: 'HASH' }],
      attributeDefinitions: [{ attributeName: 'pk', attributeType: 'S' }],
      billingMode: 'PAY_PER_REQUEST',
      streamSpecification: { streamViewType: 'NEW_AND_OLD_IMAGES' },
      timeToLiveSpecification: { attributeName: 'expiresAt', enabled: true },
    });
  },
};

function configuration(): Configuration {
  const production = config.stages.production ?? expect.fail('no production');
  const pipelines = production.pipelines.map((pipeline) => ({ ...pipeline, existing: { ledgerStreamArn } }));
  return { ...config, stages: { production: { ...production, pipelines } } };
}

let pipeline: Awaited<ReturnType<typeof runningPipeline>>;
const left = releasedState();
const governed = async () => {
  await pipeline.run('Governor');
  const { control } = await pipeline.control.read();
  return Object.fromEntries(
    Object.entries(control?.lanes ?? {}).map(([lane, { state, reason }]) => [lane, reason ?? state]),
  );
};

/** The state stack is new, so its link-ID secret is new as well, beside the ledger of the old one. */
beforeAll(async () => {
  pipeline = await runningPipeline({
    configuration: configuration(),
    existing,
    linkIdSecret: 'a new secret, which Secrets Manager has generated for the new stack',
  });
  pipeline.api.control.preload(left.links);
  const fingerprint = { pk: 'link-id-secret', v: 1, fingerprint: fingerprintOf(releasedSecret), recordedAt: left.at };
  await pipeline.takeUp({ ...left, items: [...left.items, fingerprint] });
  // The governor has run on the empty table.
  pipeline.cloud.killAllEnvironments();
}, 900_000);
afterAll(() => pipeline?.stop());

describe('a pipeline on a restored ledger', () => {
  it('does no work while its link-ID secret is a new one', async () => {
    expect(pipeline.outputs.LedgerTableName).toBe(table);
    const differs = 'link-id-secret-differs';
    await vi.waitUntil(async () => (await governed()).campaign === differs, patience);
    expect(await governed()).toEqual({ campaign: differs, transactional: differs, expiry: differs, qr: 'open' });
    expect(await pipeline.logs()).toContain('the link-ID secret is not the one with which the ledger was written');
  }, 350_000);

  it('opens its lanes when it has the old secret, and answers repeats from the restored records', async () => {
    const secrets = new SecretsManagerClient(pipeline.cloud.clientConfig('secretsManager'));
    const SecretId = pipeline.outputs.LinkIdSecretArn;
    await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: releasedSecret }));
    await vi.waitUntil(async () => (await governed()).transactional === 'open', patience);
    const answered = await pipeline.sendAndAwait(messagesOf([...creates, removal]), 300);
    expect(answered.map(({ answer }) => knownPart(answer)).toSorted()).toEqual(left.outcomes.map(knownPart).toSorted());
    expect(pipeline.api.control.stats().links.made).toBe(0);
    expect((await pipeline.logs()).includes(releasedSecret)).toBe(false);
  }, 650_000);

  it('checks the end of a link by the stream of the restored table', async () => {
    await pipeline.expireInLedger('A1b3/poster');
    const [renewed] = await pipeline.awaitLinkOutcomes(1, 300);
    expect(renewed).toMatchObject({ outcome: 'renewed', requestId: 'chosen' });
  }, 350_000);
});

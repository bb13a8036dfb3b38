import { expect, test } from 'vitest';
import { config } from '../../examples/configuration.ts';
import type { Configuration } from '../../lib/config/config-schema.ts';
import type { Existing } from '../../lib/config/existing.ts';
import { configuredApp } from './configured-app.ts';

const production = config.stages.production ?? expect.fail('no production');
const ledgerStreamArn =
  'arn:aws:dynamodb:eu-central-1:111122223333:table/ledger-restored/stream/2026-03-01T10:00:00.000';
const linkIdSecretArn = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:LinkIdSecret-1a2B3c-AbCdEf';

const withExisting = (...existing: Existing[]): Configuration => ({
  ...config,
  stages: {
    production: {
      ...production,
      aws: { account: '111122223333', region: 'eu-central-1' },
      pipelines: production.pipelines.flatMap((pipeline) =>
        existing.map((one, index) => ({ ...pipeline, name: `Links${index}`, account: 'acme', existing: one })),
      ),
    },
  },
});

test('a restored table takes the place of the state stack’s own, and nothing else changes', () => {
  const { stateTemplate, template } = configuredApp(withExisting({ ledgerStreamArn }));
  stateTemplate.resourceCountIs('AWS::DynamoDB::Table', 0);
  stateTemplate.resourceCountIs('AWS::S3::Bucket', 4);
  expect(Object.keys(stateTemplate.findResources('AWS::SecretsManager::Secret'))).toContain('LinkIdSecret');
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', { EventSourceArn: ledgerStreamArn });
  template.hasOutput('LedgerTableName', { Value: 'ledger-restored' });
  // Each function has the table's name, and its role the table's ARN.
  const text = JSON.stringify(template.toJSON());
  expect(text.match(/"LEDGER_TABLE_NAME":"ledger-restored"/g)?.length).toBeGreaterThan(8);
  expect(text).toContain('table/ledger-restored');
  expect(text).not.toContain('ExportsOutputRefLedger');
});

test('an existing link-ID secret takes the place of the state stack’s own, so no new one is beside the ledger', () => {
  const { stateTemplate, template } = configuredApp(withExisting({ ledgerStreamArn, linkIdSecretArn }));
  expect(Object.keys(stateTemplate.findResources('AWS::SecretsManager::Secret')).sort()).toEqual([
    'ApiToken',
    'HttpKeys',
  ]);
  template.hasOutput('LinkIdSecretArn', { Value: linkIdSecretArn });
});

test('what has stayed keeps its logical ID, and has its name in the template, by which CloudFormation takes it in', () => {
  const names = {
    ledger: 'OneLink-production-State-Ledger-1A2B3C',
    qrImages: 'onelink-production-state-qrimages-1a2b3c',
    archive: 'onelink-production-state-archive-1a2b3c',
    campaignFiles: 'onelink-production-state-campaignfiles-1a2b3c',
    auditRecords: 'onelink-production-state-auditrecords-1a2b3c',
  };
  const { stateTemplate } = configuredApp(withExisting({ names, linkIdSecretArn }));
  const { Ledger, QrImages, Archive, CampaignFiles, AuditRecords } = stateTemplate.toJSON().Resources;
  expect(Ledger.Properties).toMatchObject({ TableName: names.ledger, StreamSpecification: {} });
  expect([QrImages, Archive, CampaignFiles, AuditRecords].map(({ Properties }) => Properties.BucketName)).toEqual([
    names.qrImages,
    names.archive,
    names.campaignFiles,
    names.auditRecords,
  ]);
  // CloudFormation takes in only what it would also keep.
  for (const one of [Ledger, QrImages, Archive, CampaignFiles, AuditRecords])
    expect(one.DeletionPolicy).toMatch(/^Retain/);
});

test.each([
  [
    'with two ledgers',
    withExisting({ names: { ledger: 'ledger-old' }, ledgerStreamArn }),
    'stages.production.pipelines[0].existing.ledgerStreamArn: must not stand beside names.ledger',
  ],
  [
    'of another region',
    withExisting({ ledgerStreamArn: ledgerStreamArn.replace('eu-central-1', 'eu-west-1') }),
    'stages.production.pipelines[0].existing.ledgerStreamArn: must be in the stage’s AWS account 111122223333 and region eu-central-1',
  ],
  [
    'without its stream',
    withExisting({ ledgerStreamArn: 'arn:aws:dynamodb:eu-central-1:111122223333:table/ledger-restored' }),
    'stages.production.pipelines[0].existing.ledgerStreamArn: must be the ARN of the stream of a DynamoDB table',
  ],
  [
    'whose ARN is cut off',
    withExisting({ linkIdSecretArn: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:link' }),
    'stages.production.pipelines[0].existing.linkIdSecretArn: must be the whole ARN of a secret',
  ],
  [
    'of two pipelines',
    withExisting({ ledgerStreamArn }, { ledgerStreamArn }),
    'stages.production.pipelines[1].existing.ledgerStreamArn: must belong to one pipeline alone',
  ],
])('an existing part %s is refused', (_, configuration, fault) => {
  expect(() => configuredApp(configuration)).toThrow(fault);
});

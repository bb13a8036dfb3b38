import { globSync, readFileSync } from 'node:fs';
import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { config } from '../../examples/configuration.ts';
import { prefix } from '../../lambdas/adapters/names.ts';
import { auditPrefix } from '../../lambdas/domain/acts/names.ts';
import { longestWaitDays } from '../../lambdas/http-api/campaign-notes.ts';
import { campaignWorkDays } from '../../lib/config/bucket-plan.ts';
import { config as otherConfig } from '../world/other-configuration.ts';
import { configuredApp } from './configured-app.ts';

const page = readFileSync(new URL('../../docs/retention.md', import.meta.url), 'utf8');
const rows = [...page.matchAll(/^\| (?!Where|---)(.+?) \| (.+?) \| (.+?) \| (.+?) \|$/gm)].map(
  ([, where = '', , kept = '', then = '']) => ({ where, kept, then }),
);
const rowOf = (where: string) => rows.find((row) => row.where === where) ?? expect.fail(`no row ${where}`);

/** The last number of days in a cell, or the cell without the setting's name. */
const daysIn = (cell: string) => {
  const days = [...cell.matchAll(/([\d,]+) days?\b/g)].at(-1)?.[1];
  return days === undefined ? cell.replace(/^`[\w.]+`: /, '') : Number(days.replaceAll(',', ''));
};

const production = config.stages.production?.pipelines[0] ?? expect.fail('no production pipeline');

/** The sample with every kind of producer: one sends through a service, and one has its outcomes posted. */
const everyKind = configuredApp({
  ...config,
  stages: {
    production: {
      ...(config.stages.production ?? expect.fail('no production')),
      pipelines: [
        {
          ...production,
          producers: [
            ...production.producers,
            {
              source: 'partner',
              principals: [{ account: '444455556666' }],
              lanes: ['campaign'],
              templates: Object.keys(production.templates).slice(0, 1),
              outcomeUrl: 'https://partner.example/outcomes',
            },
          ],
        },
      ],
    },
  },
});

interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template's properties have no types
  readonly Properties: any;
}

const resourcesOf = ({ stateTemplate, template }: { stateTemplate: Template; template: Template }) =>
  [stateTemplate, template].flatMap((one) => Object.entries<Resource>(one.toJSON().Resources));
const resources = resourcesOf(everyKind);
const ofType = (type: string) => resources.filter(([, { Type }]) => Type === type);

/** The row of each resource, by its logical ID. The first that matches counts. */
const queueRows: [RegExp, string][] = [
  [/Outcomes\w*Deliveries\w*DeadLetters/, 'dead-letter queue of posted outcomes'],
  [/DeadLetters/, 'dead-letter queue, of any queue'],
  [/Ingress/, 'ingress queue'],
  [/CommandsQueue/, 'queue of a lane'],
  [/QrJobsQueue/, 'queue of QR jobs'],
  [/ExpiredQueue/, 'queue of expired links'],
  [/CampaignFilesQueue/, 'queue of campaign files'],
  [/PrivateOutcomesOf\w*Queue/, 'private outcome queue of a producer'],
  [/OutcomesOf\w*Queue/, 'outcome queue of a producer'],
];
const logRows: [RegExp, string][] = [
  [/AuditLog/, 'log group of the audit'],
  [/WorkerLogs/, 'log group of a function'],
];
const topicRows: [RegExp, string][] = [
  [/Outcomes/, 'topics of outcomes'],
  [/Alarms/, 'topics of alarms'],
];
const bucketRows = {
  QrImages: ['QR bucket', [prefix.qr]],
  Archive: [
    'archive bucket',
    [prefix.rejected, prefix.history, prefix.parked, prefix.held, prefix.quarantine, prefix.givenUp],
  ],
  CampaignFiles: ['campaign bucket', [prefix.inbox, prefix.campaignWork, prefix.results]],
  AuditRecords: ['audit bucket', [auditPrefix]],
} as const;

interface Rule {
  Prefix?: string;
  ExpirationInDays?: number;
  NoncurrentVersionExpiration?: { NoncurrentDays: number };
  AbortIncompleteMultipartUpload?: { DaysAfterInitiation: number };
  ExpiredObjectDeleteMarker?: boolean;
}

/** What S3 does with an object under this prefix: of two rules, the shorter time. */
function lifeUnder(key: string, rules: readonly Rule[]) {
  const those = rules.filter(({ Prefix = '' }) => key.startsWith(Prefix));
  const least = (days: (number | undefined)[]) => Math.min(...days.map((one) => one ?? Infinity));
  return {
    days: least(those.map(({ ExpirationInDays }) => ExpirationInDays)),
    oldDays: least(those.map((rule) => rule.NoncurrentVersionExpiration?.NoncurrentDays)),
  };
}

const rulesOf = (id: string, of = resources): Rule[] =>
  of.find(([one]) => one === id)?.[1].Properties.LifecycleConfiguration.Rules ?? expect.fail(`no bucket ${id}`);

describe('docs/retention.md', () => {
  test.each([
    ['AWS::SQS::Queue', queueRows, 'MessageRetentionPeriod', 86_400],
    ['AWS::Logs::LogGroup', logRows, 'RetentionInDays', 1],
  ] as const)('has each %s with its days, and no other', (type, patterns, property, unit) => {
    const met = ofType(type).map(([id, { Properties }]) => {
      const where = patterns.find(([pattern]) => pattern.test(id))?.[1] ?? expect.fail(`no row has ${id}`);
      expect(daysIn(rowOf(where).kept.split(',')[0] ?? ''), id).toBe(Properties[property] / unit);
      return where;
    });
    expect([...new Set(met)].sort()).toEqual(patterns.map(([, where]) => where).sort());
  });

  test('has each topic, and each bucket', () => {
    const topics = ofType('AWS::SNS::Topic').map(([id]) => topicRows.find(([pattern]) => pattern.test(id))?.[1]);
    expect([...new Set(topics)].sort()).toEqual(topicRows.map(([, where]) => rowOf(where).where).sort());
    expect(
      ofType('AWS::S3::Bucket')
        .map(([id]) => id)
        .sort(),
    ).toEqual(Object.keys(bucketRows).sort());
  });

  test('has each prefix of the code, in one bucket each', () => {
    const listed = Object.values(bucketRows).flatMap(([, prefixes]): string[] => [...prefixes]);
    expect(listed.toSorted()).toEqual([...Object.values(prefix), auditPrefix].toSorted());
  });

  test.each(
    Object.entries(bucketRows).flatMap(([id, [bucket, prefixes]]) => prefixes.map((key) => [bucket, key, id] as const)),
  )('has the days of the lifecycle for %s, %s', (bucket, key, id) => {
    // Given
    const { kept, then } = rowOf(`${bucket}, \`${key}\``);

    // When
    const { days, oldDays } = lifeUnder(key, rulesOf(id));

    // Then
    const said = daysIn(kept);
    expect(typeof said === 'number' ? said : Infinity).toBe(days);
    if (typeof said !== 'number') expect(said).toMatch(/^for ever$|^until /);
    const saidThen = daysIn(then);
    expect(typeof saidThen === 'number' ? saidThen : Infinity).toBe(oldDays);
    if (typeof saidThen !== 'number') expect(saidThen).toMatch(/^gone at once; the bucket has no versions$/);
  });

  test('shows what becomes of unfinished uploads and of delete markers', () => {
    for (const [id, { Properties }] of ofType('AWS::S3::Bucket')) {
      const whole = rulesOf(id).filter(({ Prefix }) => Prefix === undefined);
      const aborted = whole.map((rule) => rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation);
      expect(aborted, id).toEqual([daysIn(rowOf('unfinished uploads, of any bucket').kept)]);
      const versioned = Properties.VersioningConfiguration?.Status === 'Enabled';
      expect(whole[0]?.ExpiredObjectDeleteMarker ?? false, id).toBe(versioned);
    }
    rowOf('delete markers, of a bucket with versions');
  });

  test('has each kind of item that the code writes into the ledger, and no other', () => {
    // Given
    const sources = globSync('lambdas/adapters/*.ts').map((file) => readFileSync(file, 'utf8'));
    const text = sources.join('\n');
    const kinds = [...text.matchAll(/[`']([a-z-]+#)(?:\$\{|')/g)].map(([, kind]) => kind);
    const singles = [...text.matchAll(/^const \w*[kK]ey = '([a-z-]+)';$/gm)].map(([, name]) => name);
    const [, pair = ''] = /^const \[controlKey, signalsKey\] = \[(.+)\];$/m.exec(text) ?? [];
    const written = [...kinds, ...singles, ...pair.split(', ').map((name) => name.slice(1, -1))];

    // When
    const listed = rows
      .filter(({ where }) => where.startsWith('ledger, '))
      .flatMap(({ where }) => [...where.matchAll(/`([^`]+)`/g)].map(([, kind]) => kind));

    // Then
    expect(written.length).toBeGreaterThan(14);
    expect(listed.toSorted()).toEqual([...new Set(written)].toSorted());
  });

  test('has the windows of the ledger, its backups and its stream as they are', () => {
    const [[, ledger] = expect.fail('no ledger')] = ofType('AWS::DynamoDB::Table');
    const { PointInTimeRecoverySpecification: backups, StreamSpecification: stream } = ledger.Properties;
    // Without a period, DynamoDB keeps 35 days (PointInTimeRecoverySpecification).
    expect(backups).toEqual({ PointInTimeRecoveryEnabled: true });
    expect(daysIn(rowOf('backups of the ledger').kept)).toBe(35);
    expect(stream).toEqual({ StreamViewType: 'NEW_AND_OLD_IMAGES' });
    expect(daysIn(rowOf('stream of the ledger').kept)).toBe(1);
  });

  test('has a row for every kind of resource that stores something', () => {
    const storing =
      /Bucket$|Table|Queue$|LogGroup|LogStream|Topic$|Secret$|Database|Stream$|Domain|Parameter|FileSystem/;
    expect([...new Set(resources.map(([, { Type }]) => Type).filter((type) => storing.test(type)))].sort()).toEqual([
      'AWS::DynamoDB::Table',
      'AWS::Logs::LogGroup',
      'AWS::S3::Bucket',
      'AWS::SNS::Topic',
      'AWS::SQS::Queue',
      'AWS::SecretsManager::Secret',
    ]);
    rowOf('secrets');
  });

  test('names each setting with its value', () => {
    const values: Record<string, number | 'forever'> = {
      deduplicationWindowDays: production.deduplicationWindowDays,
      commandRetentionDays: production.commandRetentionDays,
      archiveDays: production.archiveDays,
      historyDays: production.historyDays,
      qrImageDays: production.qrImageDays,
      'audit.retentionDays': production.audit.retentionDays,
      logRetentionDays: config.stages.production?.logRetentionDays ?? 0,
    };
    const named = rows.flatMap(({ kept }) =>
      [...kept.matchAll(/`([\w.]+)`: (for ever|[\d,]+(?= days))/g)].map(([, name = '', value = '']) => {
        expect(value === 'for ever' ? 'forever' : Number(value.replaceAll(',', '')), name).toBe(values[name]);
        return name;
      }),
    );
    expect([...new Set(named)].sort()).toEqual(Object.keys(values).sort());
    expect(daysIn(rowOf('campaign bucket, `work/`').kept)).toBe(campaignWorkDays);
    const noted = production.deduplicationWindowDays + longestWaitDays;
    expect(rowOf('ledger, `http-campaign#`').kept).toMatch(new RegExp(`^${noted} days `));
  });
});

describe('the lifecycle of a pipeline with other settings', () => {
  const other = resourcesOf(configuredApp(otherConfig, 'live'));

  test('ends rejected commands, history and images with their settings, old versions a day later', () => {
    expect(lifeUnder('rejected/', rulesOf('Archive', other))).toEqual({ days: 90, oldDays: 1 });
    expect(lifeUnder('history/', rulesOf('Archive', other))).toEqual({ days: 400, oldDays: 1 });
    expect(lifeUnder('qr/', rulesOf('QrImages', other))).toEqual({ days: 30, oldDays: Infinity });
    expect(lifeUnder('audit/', rulesOf('AuditRecords', other))).toEqual({ days: 400, oldDays: 1 });
  });

  test('never ends what waits for a person or for quota', () => {
    for (const key of ['parked/', 'held/', 'quarantine/', 'aws/lambda/']) {
      expect(lifeUnder(key, rulesOf('Archive', other)), key).toEqual({ days: Infinity, oldDays: 30 });
    }
  });
});

import { campaignChecker } from '../../../../lambdas/campaign-checker/campaign-checker.ts';
import { campaignSender } from '../../../../lambdas/campaign-sender/sender.ts';
import type { CampaignRules } from '../../../../lambdas/domain/campaign/rules.ts';
import { noPolicy } from '../../../../lambdas/domain/contract/command-reading.ts';
import { dimension } from '../../../../lambdas/domain/work/names.ts';
import { sqsBatch } from '../../../../lambdas/runtime/sqs-batch.ts';
import { campaignCheckerPlan } from '../../../../lib/config/rate/reserved-concurrency.ts';
import { Mapping } from '../queues/mapping.ts';
import { type Cloud, campaignQueue, ownSender } from './cloud.ts';
import { everyMinute } from './schedules.ts';
import { serviceMilliseconds, slow } from './services.ts';
import type { MonthSize } from './size.ts';

const bucketName = 'campaigns';

/** An operator approves a campaign this long after it has begun to wait. */
const approvalMilliseconds = 10 * 60_000;

const contract = ({ account }: MonthSize) => ({
  API_DIALECT: 'v2.0' as const,
  MAX_DATA_CHARACTERS: account.maxDataCharacters,
  QUERY_STRING_COUNTS: account.queryStringCounts ?? false,
  MAX_TTL_DAYS: account.maxTtlDays,
});

function rulesOf({ settings }: MonthSize): CampaignRules {
  const producers = settings.producers.map(({ source, templates, lanes }) => ({ source, templates, lanes }));
  return { producers, templates: settings.templates, policies: { templates: {}, producers: {} } };
}

/** The campaign checker, fed by the bucket's events. */
export function startChecker(cloud: Cloud): void {
  const { size, clock, services, files } = cloud;
  const telemetry = cloud.telemetry();
  const { aboveRows, ...approval } = size.settings.campaigns?.approval ?? {};
  const queue = cloud.queue(campaignQueue);
  const work = campaignChecker(
    {
      LEDGER_TABLE_NAME: 'ledger',
      CAMPAIGN_BUCKET_NAME: bucketName,
      CAMPAIGN_QUEUE_URL: 'http://127.0.0.1:1/campaigns',
      LINK_ID_SECRET_ARN: 'arn',
      APPROVAL: { ...approval, ...(aboveRows !== undefined && { aboveRows: Math.round(aboveRows / size.scale) }) },
      LANES: Object.fromEntries(
        size.lanes.map(({ name, reserveCalls }) => [
          name,
          { quotaReserveCalls: reserveCalls, conflictPolicy: size.settings.conflictPolicy },
        ]),
      ),
      ...contract(size),
    },
    rulesOf(size),
    {
      campaigns: services.campaigns,
      files: slow(files, clock, serviceMilliseconds.bucket),
      calls: { isCampaignNoted: async () => false },
      ledger: services.ledger,
      linkIdSecret: cloud.linkIdSecret,
      control: services.control,
      queue: { send: async (body, delaySeconds) => void queue.send({ body, senderId: ownSender, delaySeconds }) },
      policy: noPolicy,
      observer: telemetry.observer({}),
      clock,
    },
  );
  const handler = sqsBatch({ ...cloud.batch(queue), telemetry, mostReturned: 1_000, work });
  const checkerSize = { ...campaignCheckerPlan, batchSize: 1, windowSeconds: 0 };
  const environments = Array.from({ length: campaignCheckerPlan.concurrency }, () => handler);
  cloud.mappings.set(campaignQueue, new Mapping(queue, clock, checkerSize, environments));
}

/** The campaign sender, once a minute. */
export function startSender(cloud: Cloud): void {
  const { size, clock, services, files } = cloud;
  const telemetry = cloud.telemetry();
  const { producers, templates } = rulesOf(size);
  const send = campaignSender(
    {
      LEDGER_TABLE_NAME: 'ledger',
      CAMPAIGN_BUCKET_NAME: bucketName,
      OUTCOME_TOPIC_ARN: 'arn:outcomes',
      LINK_ID_SECRET_ARN: 'arn',
      // As lib/constructs/campaigns.ts gives them to it.
      LANES: size.lanes.map(({ name, plan }) => ({
        name,
        queueUrl: name,
        commandsPerSecond: plan.concurrency * plan.callsPerSecond,
        imagesPerSecond: size.qr.concurrency * size.qr.callsPerSecond,
      })),
      ...contract(size),
      producers,
      templates,
    },
    {
      control: services.control,
      campaigns: services.campaigns,
      files: slow(files, clock, serviceMilliseconds.bucket),
      ledger: services.ledger,
      queue: {
        depth: async (name) => cloud.queue(name).depth,
        send: async (name, rows) => {
          await cloud.vouch(name, rows);
          return [];
        },
      },
      outcomes: cloud.outcomes(1),
      linkIdSecret: cloud.linkIdSecret,
      policy: noPolicy,
      laneObserver: (lane) => telemetry.observer({ [dimension.lane]: lane }),
      clock,
    },
  );
  everyMinute(cloud, 900, send);
}

/** Drops a file into the inbox, and the bucket sends its event. */
export function dropFile(cloud: Cloud, place: string, content: string, settings: object): void {
  const { files, clock } = cloud;
  const key = `inbox/${place}.csv`;
  files.drop(`inbox/${place}.campaign.json`, JSON.stringify(settings), clock.wallMilliseconds());
  files.drop(key, content, clock.wallMilliseconds());
  const Records = [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: bucketName }, object: { key } } }];
  cloud.queue(campaignQueue).send({ body: JSON.stringify({ Records }), senderId: 'AIDAOFS3' });
}

/** An operator who approves what waits for approval. */
export function startOperator({ campaigns, clock }: Cloud): void {
  clock.every(60_000, async () => {
    const now = clock.wallMilliseconds();
    for (const { state, changedAt, source, name } of campaigns.records.values()) {
      if (state !== 'waiting' || now - changedAt < approvalMilliseconds) continue;
      await campaigns.act({ source, name }, { act: 'approve', by: 'operator' }, now);
    }
  });
}

import { type CloudWatchClient, GetMetricDataCommand, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { severityOf } from '../alarm-severity.ts';
import { allHeld } from '../archive/held-commands.ts';
import { strandedLanes, summarise } from '../archive/parked-lots.ts';
import type { QuotaContract } from '../configured-pipeline.ts';
import { deadLetterQueues, sizeOf } from '../dead-letters/dead-letter-queues.ts';
import type { DeployedPipeline } from '../deployed-pipeline.ts';
import type { LaneAtWork } from '../lanes-at-work.ts';
import { daysToCome, type Sight } from './overview.ts';

/** Reads the state of a pipeline from all services in parallel. */
export async function readSight(
  pipeline: DeployedPipeline,
  contract: QuotaContract | undefined,
  atMilliseconds = Date.now(),
): Promise<Sight> {
  const { stackName, outputs, lanes, control, parked, held: heldStore, campaigns: table, sqs, cloudWatch } = pipeline;
  const [reading, renewalsDue, ages, alarms, stranded, held, campaigns, deadLetters, standings] = await Promise.all([
    control.read(),
    control.renewals(daysToCome(atMilliseconds)),
    oldestSeconds(lanes, cloudWatch, atMilliseconds),
    alarmsOf(stackName, outputs, cloudWatch),
    strandedLanes(
      parked,
      lanes.map(({ name }) => name),
    ),
    allHeld(heldStore),
    table.active().then(async (active) => (await table.readAll(active)).records),
    Promise.all(
      deadLetterQueues(outputs, stackName, {}).map(async (queue) => {
        const { waiting, held } = await sizeOf(sqs, queue);
        return { lane: queue.lane, kind: queue.kind, messages: waiting + held };
      }),
    ),
    Promise.all(
      lanes.map(async ({ name, workers }) => ({
        name,
        sizes: await Promise.all(workers.map(({ queueUrl: url }) => sizeOf(sqs, { url }))),
        // Only commands park.
        parkedCommands: workers.some(({ kind }) => kind === 'link')
          ? (await summarise(name, parked.lots(name))).commands
          : undefined,
      })),
    ),
  ]);
  return {
    stackName,
    atMilliseconds,
    reading,
    renewalsDue,
    monthlyQuotaCalls: contract?.monthlyQuotaCalls,
    shareCalls: contract?.shareCalls,
    lanes: standings.map(({ name, sizes, parkedCommands: parked }, lane) => ({
      name,
      parked,
      queues: (lanes[lane]?.workers ?? []).map(({ kind, queueUrl }, index) => {
        const { waiting = 0, held: inFlight = 0 } = sizes[index] ?? {};
        // The last measured age of a queue is out of date once the queue is empty.
        const oldest = waiting + inFlight === 0 ? undefined : ages.get(queueUrl);
        return { kind, now: { waiting, inFlight, oldestSeconds: oldest } };
      }),
    })),
    stranded,
    held,
    campaigns: campaigns.sort((one, other) => one.file.droppedAt - other.file.droppedAt),
    deadLetters,
    alarms,
  };
}

/** SQS measures the age once a minute, and the metric arrives some minutes later. */
const agesOfMilliseconds = 10 * 60_000;

async function oldestSeconds(
  lanes: LaneAtWork[],
  cloudWatch: CloudWatchClient,
  nowMilliseconds: number,
): Promise<Map<string, number>> {
  const urls = lanes.flatMap(({ workers }) => workers.map(({ queueUrl }) => queueUrl));
  const { MetricDataResults = [] } = await cloudWatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(nowMilliseconds - agesOfMilliseconds),
      EndTime: new Date(nowMilliseconds),
      ScanBy: 'TimestampDescending',
      MetricDataQueries: urls.map((url, index) => ({
        Id: `q${index}`,
        MetricStat: {
          Metric: {
            Namespace: 'AWS/SQS',
            MetricName: 'ApproximateAgeOfOldestMessage',
            Dimensions: [{ Name: 'QueueName', Value: url.split('/').at(-1) }],
          },
          Period: 60,
          Stat: 'Maximum',
        },
      })),
    }),
  );
  const ages = MetricDataResults.flatMap(({ Id = '', Values: [latest] = [] }): [string, number][] => {
    const url = urls[Number(Id.slice(1))];
    return url === undefined || latest === undefined ? [] : [[url, latest]];
  });
  return new Map(ages);
}

async function alarmsOf(
  stackName: string,
  outputs: Readonly<Record<string, string>>,
  client: CloudWatchClient,
): Promise<Sight['alarms']> {
  const alarms: Sight['alarms'] = [];
  const asked = { AlarmNamePrefix: `${stackName}-`, StateValue: 'ALARM' } as const;
  for await (const { MetricAlarms = [] } of paginateDescribeAlarms({ client }, asked)) {
    for (const alarm of MetricAlarms) {
      const { AlarmName: name = '', StateTransitionedTimestamp: since } = alarm;
      const severity = severityOf(alarm, outputs);
      alarms.push({ name, since: since?.getTime(), ...(severity && { severity }) });
    }
  }
  return alarms;
}

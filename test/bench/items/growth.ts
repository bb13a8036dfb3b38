import { setTimeout as sleep } from 'node:timers/promises';
import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { table } from '../../report/table.ts';
import type { BenchOptions, Findings } from '../item.ts';
import { type BenchPipeline, benchPipeline, portions } from '../world/bench-pipeline.ts';
import { creates } from '../world/commands.ts';
import { variantAt } from '../world/synthesis.ts';

const usualLimitCallsPerSecond = 300;
/** The API does not slow the campaign down, and its quota suffices for a queue that is never empty. */
const emulator = { latencyMilliseconds: 10, latencyJitterMilliseconds: 20, monthlyQuota: 100_000_000 };
/** The most commands in the queue. fauxqs becomes slower beyond a hundred thousand messages. */
const sendAhead = 10_000;

/** In a run of all items: the cost of a command with a small and a larger ledger. */
export const shortGrowth = (options: BenchOptions) => growth(options, [100, 10_000], options.commands ?? 2_000);

/** The long run: a ledger of a million records, and a campaign of a million commands. It takes more than an hour. */
export const longGrowth = async (options: BenchOptions): Promise<Findings> => {
  const parts = {
    'a large ledger': () => growth(options, [100, 10_000, 1_000_000], 2_000),
    'a large campaign': () => growth(options, [100], options.commands ?? 1_000_000),
  };
  const found: [name: string, findings: Findings][] = [];
  for (const [name, run] of Object.entries(parts)) {
    if (options.only.length > 0 && !options.only.some((part) => name.includes(part))) continue;
    found.push([name, await run()]);
  }
  return {
    figures: Object.fromEntries(found.map(([name, { figures }]) => [name, figures])),
    table: found.map(([, one]) => one.table).join('\n\n'),
    broken: found.flatMap(([, { broken }]) => broken),
  };
};

async function growth(
  { report, callsPerSecond = usualLimitCallsPerSecond }: BenchOptions,
  sizes: readonly number[],
  commands: number,
): Promise<Findings> {
  const runs: Awaited<ReturnType<typeof campaignOver>>[] = [];
  for (const ledgerRecords of sizes) {
    report(`growth: ${commands} commands over ${ledgerRecords} records`);
    runs.push(await campaignOver({ ledgerRecords, commands, callsPerSecond, report }));
  }
  const functions = [...new Set(runs.flatMap(({ residentMegabytes }) => Object.keys(residentMegabytes)))];
  return {
    figures: { runs },
    table: table(
      [
        'growth',
        'commands',
        'worker CPU per command, ms, in each fifth',
        'DynamoDB engine’s',
        'links/s',
        ...functions.map((name) => `MB: ${name}`),
      ],
      runs.map((run) => [
        `${run.ledgerRecords.toLocaleString('en')} records`,
        run.commands.toLocaleString('en'),
        fifths(run.workerCpuMillisecondsPerCommand, 2),
        fifths(run.tableEngineCpuMillisecondsPerCommand, 2),
        fifths(run.linksPerSecond, 0),
        ...functions.map((name) => fifths(run.residentMegabytes[name] ?? [], 0)),
      ]),
    ),
    broken: [],
  };
}

const fifths = (values: readonly number[], digits: number) => values.map((value) => value.toFixed(digits)).join(' → ');

interface Campaign {
  ledgerRecords: number;
  commands: number;
  /** The account's limit. */
  callsPerSecond: number;
  report: (line: string) => void;
}

async function campaignOver({ ledgerRecords, commands, callsPerSecond, report }: Campaign) {
  const pipeline = await benchPipeline({ variant: variantAt({ callsPerSecond }), emulator });
  try {
    await fillLedger(pipeline, ledgerRecords);
    const warmUp = 1_500;
    const made = async () => (await pipeline.api.admin.stats()).links.made;
    const until = async (links: number) => {
      while ((await made()) < links) await sleep(250);
    };
    const sending = (async () => {
      let sent = 0;
      for (const portion of portions(creates('growth', commands + warmUp + sendAhead), 1_000)) {
        await until(sent - sendAhead);
        await pipeline.send('campaign', portion);
        sent += portion.length;
      }
    })();
    await until(warmUp);
    const worker = pipeline.functionOf('CampaignLinkWorker');
    /** In each fifth of the campaign. */
    const workerCpuMilliseconds: number[] = [];
    const tableEngineCpuMilliseconds: number[] = [];
    const linksPerSecond: number[] = [];
    let since = { cpu: pipeline.cpuSeconds(), links: await made(), at: performance.now() };
    /** Memory of the largest environment of each function, at the end of each fifth of the campaign. */
    const residentMegabytes: Record<string, number[]> = {};
    for (let fifth = 1; fifth <= 5; fifth++) {
      pipeline.forgetPeaks();
      // More is in the queue than is measured, because a campaign's last batches are not full.
      await until(warmUp + Math.floor((commands * fifth) / 5));
      for (const [name, bytes] of pipeline.peakBytes()) {
        if (name !== worker && name !== 'DynamoDB') continue;
        const label = name === worker ? 'link worker' : name;
        residentMegabytes[label] = [...(residentMegabytes[label] ?? []), bytes / 1024 ** 2];
      }
      const now = { cpu: pipeline.cpuSeconds(), links: await made(), at: performance.now() };
      const perCommand = (role: string) =>
        (((now.cpu.get(role) ?? 0) - (since.cpu.get(role) ?? 0)) * 1000) / (now.links - since.links);
      workerCpuMilliseconds.push(perCommand(worker));
      tableEngineCpuMilliseconds.push(perCommand('DynamoDB'));
      linksPerSecond.push(((now.links - since.links) * 1000) / (now.at - since.at));
      since = now;
      if (commands >= 100_000) report(`growth: ${now.links} links`);
    }
    await sending;
    return {
      ledgerRecords,
      commands,
      workerCpuMillisecondsPerCommand: workerCpuMilliseconds,
      tableEngineCpuMillisecondsPerCommand: tableEngineCpuMilliseconds,
      linksPerSecond,
      residentMegabytes,
    };
  } finally {
    await pipeline.stop();
  }
}

/** Writes records of earlier links and requests, half of each. */
async function fillLedger({ cloud, named }: BenchPipeline, records: number): Promise<void> {
  const client = new DynamoDBClient(cloud.clientConfig('dynamodb'));
  const expiresAt = Math.floor(Date.now() / 1000) + 31 * 86_400;
  function* items() {
    for (let number = 0; number < records; number++) {
      const pk = number % 2 === 0 ? `link#A1b3/earlier${number}` : `request#crm/earlier-${number}`;
      yield {
        pk,
        source: 'crm',
        requestId: `earlier-${number}`,
        state: 'live',
        version: 1,
        expiresAt,
        pid: 'crm_email',
      };
    }
  }
  const batches = portions(items(), 25);
  // Four writers at once share one generator.
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (const batch of batches) {
        const puts = batch.map((item) => ({ PutRequest: { Item: marshall(item) } }));
        await client.send(new BatchWriteItemCommand({ RequestItems: { [named.LedgerTableName ?? '']: puts } }));
      }
    }),
  );
  client.destroy();
}

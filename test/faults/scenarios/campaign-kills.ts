import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { RowResult } from '../../../lambdas/domain/campaign/row.ts';
import type { Treatment } from '../wire/proxy.ts';
import { nameOf, type WireRequest } from '../wire/wire-request.ts';
import { faultyPipeline, type Sender } from '../world/faulty-pipeline.ts';

const sizes = { batchSize: 10, concurrency: 2, timeoutSeconds: 20, visibilityTimeoutSeconds: 2 };

/** The functions of campaigns, by their logical IDs. */
const functions = { checker: /Checker/, sender: /Sender/ } as const;
export type CampaignFunction = keyof typeof functions;

/** Kills a function at ever later requests of an invocation: at its first, then at its second, and so on. */
class EverLaterKills {
  /** The killed requests of each function, in order. */
  readonly kills: Record<CampaignFunction, string[]> = { checker: [], sender: [] };
  readonly #made = new Map<string, number>();
  readonly #dying = new Set<string>();

  treat(request: WireRequest, { logicalId, invocation }: Sender): Treatment {
    const name = campaignFunction(logicalId);
    if (name === undefined || this.#dying.has(invocation)) return {};
    const made = (this.#made.get(invocation) ?? 0) + 1;
    this.#made.set(invocation, made);
    const kills = this.kills[name];
    if (made <= kills.length) return {};
    this.#dying.add(invocation);
    const kill = kills.length % 2 === 0 ? 'before' : 'after';
    kills.push(`${kill} ${nameOf(request)}`);
    return { kill };
  }
}

function campaignFunction(logicalId: string): CampaignFunction | undefined {
  if (!logicalId.includes('Campaigns')) return undefined;
  return functions.checker.test(logicalId) ? 'checker' : 'sender';
}

export interface CampaignKills {
  kills: Record<CampaignFunction, string[]>;
  results: RowResult[];
  /** Links in the ledger. */
  links: number;
  /** Creates that the API has carried out. */
  creates: number;
}

/**
 * A campaign from a dropped file, whose functions are killed at ever later requests. Each invocation gets one request further
 * than the last one. So each step is cut off at its start or at its end, until the campaign is finished.
 *
 * @param file a CSV file of the source `crm`
 * @throws Error if the campaign is not finished in time
 */
export async function campaignKills(
  { file, patienceSeconds }: { file: string; patienceSeconds: number },
  progress: (line: string) => void,
): Promise<CampaignKills> {
  const injector = new EverLaterKills();
  const pipeline = await faultyPipeline({ sizes, injector, proxyApi: true });
  try {
    const s3 = new S3Client({ ...pipeline.cloud.clientConfig('s3'), forcePathStyle: true });
    const Bucket = pipeline.campaignBucket;
    const text = async (Key: string) => {
      try {
        return await (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();
      } catch {
        return undefined;
      }
    };
    for (const name of pipeline.scheduled) if (/Governor/.test(name)) await pipeline.run(name);
    const settings = JSON.stringify({ template: 'A1b3' });
    await s3.send(new PutObjectCommand({ Bucket, Key: 'inbox/crm/spring.campaign.json', Body: settings }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'inbox/crm/spring.csv', Body: file }));
    const over = performance.now() + patienceSeconds * 1000;
    const isFinished = async () => {
      const record = (await pipeline.ledger()).get('campaign#crm/spring');
      return record?.state === 'finished';
    };
    const scheduled = pipeline.scheduled.filter((name) => campaignFunction(name) !== undefined);
    while (!(await isFinished())) {
      if (performance.now() > over) throw new Error('the campaign is not finished');
      for (const name of scheduled) await pipeline.run(name);
      await sleep(100);
      progress(`${injector.kills.checker.length} kills of the checker, ${injector.kills.sender.length} of the sender`);
    }
    const lines = ((await text('results/crm/spring.ndjson')) ?? '').split('\n').filter((line) => line !== '');
    const keys = [...(await pipeline.ledger()).keys()];
    return {
      kills: injector.kills,
      results: lines.map((line) => JSON.parse(line) as RowResult),
      links: keys.filter((key) => key.startsWith('link#')).length,
      creates: pipeline.apiWrites.filter(({ operation, status }) => operation === 'create' && status === 200).length,
    };
  } finally {
    await pipeline.stop();
  }
}

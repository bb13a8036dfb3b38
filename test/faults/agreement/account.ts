import { setTimeout as sleep } from 'node:timers/promises';
import { isMadeByApi } from '../../../local/onelink-api/store.ts';
import type { FaultyPipeline } from '../world/faulty-pipeline.ts';
import { disagreements, vanished } from './agreement.ts';
import { extraQuota } from './quota.ts';

/** The result of a scenario: the figures of the report. */
export type Account = Awaited<ReturnType<typeof takeAccount>>;

/** Waits until the queues are empty, because SQS may still deliver answered messages again. */
export async function rest(pipeline: FaultyPipeline): Promise<void> {
  await pipeline.idle();
  // SNS may still be delivering outcomes.
  await sleep(300);
}

export async function takeAccount(
  pipeline: FaultyPipeline,
  scenario: string,
  seed: number,
  startedAtMilliseconds: number,
) {
  await rest(pipeline);
  const requests = pipeline.correspondence.requests();
  const all = pipeline.correspondence.all();
  const { links, quota, calls } = pipeline.api.stats();
  const taken = calls.create?.[`${pipeline.takenIdStatus}`] ?? 0;
  const created = [...requests.values()].filter((copies) =>
    copies.some(({ answers }) => answers.some(({ outcome }) => outcome === 'created')),
  );
  const superseded = all.filter(({ answers }) => answers[0]?.outcome === 'superseded');
  const extra = extraQuota(
    pipeline.apiWrites,
    new Set(superseded.map(({ command }) => command.requestId)),
    pipeline.takenIdStatus,
  );
  const outcomes: Record<string, number> = {};
  for (const { answers, codes } of all) {
    for (const { outcome, reason, repeat } of [...answers.slice(0, 1), ...codes.slice(0, 1)]) {
      const name = [outcome, reason, repeat && 'again'].filter(Boolean).join(' ');
      outcomes[name] = (outcomes[name] ?? 0) + 1;
    }
  }
  const state = {
    requests,
    ledger: await pipeline.ledger(),
    links: [...pipeline.api.links()].filter((link) => isMadeByApi(link) && !link.expired),
    images: await pipeline.images(),
    linkOutcomes: pipeline.correspondence.linkOutcomes(),
    history: await pipeline.history(),
  };
  return {
    scenario,
    kills: pipeline.kills,
    /** Messages sent. */
    commands: all.length,
    linksMade: links.made,
    /** Requests with the outcome `created`. */
    distinctCreates: created.length,
    /** Messages without an outcome, QR codes without one, links that are gone without an `expired`, and dead letters. */
    lost: pipeline.correspondence.unsettled().length + vanished(state).length + (await pipeline.waiting()).dead,
    /** Links beyond one for each distinct create, without those that the pipeline compensated at once. */
    duplicates: links.made - extra.madeAndTakenBack / 2 - created.length,
    disagreements: disagreements(state),
    extraQuotaCalls: extra,
    /** Quota used beyond links made, updated and deleted, and refused IDs in use: the emulator's count of quota against its other counts. */
    unexplainedQuotaCalls: quota.used - links.made - links.updated - links.deleted - taken,
    outcomes,
    seed,
    seconds: Math.round((performance.now() - startedAtMilliseconds) / 1000),
  };
}

/** Whether a scenario kept all promises. */
export function isSound(account: Account): boolean {
  return (
    account.lost === 0 &&
    account.duplicates === 0 &&
    account.disagreements.length === 0 &&
    account.unexplainedQuotaCalls === 0
  );
}

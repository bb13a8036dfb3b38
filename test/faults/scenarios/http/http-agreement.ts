import type { Outcome } from '../../../../lambdas/domain/contract/outcome.ts';
import type { RequestRecord } from '../../../../lambdas/domain/link/ledger-record.ts';
import { linkFaults } from '../../agreement/links-and-images.ts';
import type { FaultyPipeline } from '../../world/faulty-pipeline.ts';
import type { Expected } from './calls.ts';
import { labelIn } from './http-kills.ts';

type Ledger = Awaited<ReturnType<FaultyPipeline['ledger']>>;

/** Each contradiction between the calls, the emulator, the ledger, the bucket and the outcomes, as text. Empty if there is none. */
export async function httpDisagreements(
  pipeline: FaultyPipeline,
  expected: ReadonlyMap<string, Expected>,
  heard: readonly Outcome[],
  words: readonly string[],
): Promise<string[]> {
  const ledger = await pipeline.ledger();
  const { dead } = await pipeline.waiting();
  return [
    ...madeLinks(pipeline, expected, ledger),
    ...outcomes(expected, ledger, heard, words),
    ...(await linkFaults(pipeline)),
    ...(dead > 0 ? [`${dead} dead letters`] : []),
  ];
}

/** The emulator has made one link for each create, by its own count, and none is another link than that of its call. */
function madeLinks({ api }: FaultyPipeline, expected: ReadonlyMap<string, Expected>, ledger: Ledger): string[] {
  const found: string[] = [];
  const all = [...expected.values()].flatMap(({ links }) => links);
  const { links, quota, calls } = api.stats();
  if (links.made !== all.length) found.push(`the API made ${links.made} links for ${all.length} creates`);
  const conflicts = calls.create?.['409'] ?? 0;
  const unexplained = quota.used - links.made - links.updated - links.deleted - conflicts;
  if (unexplained !== 0) found.push(`${unexplained} calls of the quota without a cause`);
  const held = Map.groupBy(api.links(), ({ payload }) => String(payload.af_sub1));
  for (const { mark, version, hasCode } of all) {
    const [link, ...more] = held.get(mark) ?? [];
    if (link === undefined || more.length > 0) {
      found.push(`${mark}: ${link === undefined ? 'no link' : `${more.length + 1} links`} at the API`);
      continue;
    }
    const record = ledger.get(`link#${link.onelinkId}/${link.shortlinkId}`);
    if (record?.version !== version) found.push(`${mark}: version ${record?.version} instead of ${version}`);
    if ((record?.qrKey !== undefined) !== hasCode)
      found.push(`${mark}: ${hasCode ? 'no code' : 'a code'} in the ledger`);
  }
  return found;
}

/** Each request has one outcome, in its record and in all that was published, and one HTTP record. */
function outcomes(
  expected: ReadonlyMap<string, Expected>,
  ledger: Ledger,
  heard: readonly Outcome[],
  words: readonly string[],
): string[] {
  const found: string[] = [];
  const recorded = [...ledger].filter(([key]) => key.startsWith('request#'));
  const byLabel = Map.groupBy(recorded, ([key]) => labelIn(key, words));
  const published = Map.groupBy(heard, ({ source, requestId }) => `${source}/${requestId}`);
  for (const [label, { outcomes: wanted }] of expected) {
    const records = byLabel.get(label) ?? [];
    const ends = records.map(([, record]) => (record as unknown as RequestRecord).outcome.outcome).sort();
    if (ends.join() !== wanted.join()) found.push(`${label}: ended as ${ends.join(' and ')}`);
    for (const [key, record] of records) {
      const { outcome } = record as unknown as RequestRecord;
      const request = key.slice('request#'.length);
      const http = ledger.get(`http#${request}`);
      if (http?.messageId !== outcome.messageId) found.push(`${request}: another message than in its HTTP record`);
      const [codes, own] = partition(published.get(request) ?? [], isCodeOfCreate);
      const ids = new Set(own.map(({ outcomeId }) => outcomeId));
      if (!ids.has(outcome.outcomeId)) found.push(`${request}: its outcome was not published`);
      if (ids.size > 1) found.push(`${request}: ${ids.size} outcomes were published`);
      if (new Set(codes.map(({ outcomeId }) => outcomeId)).size > 1) found.push(`${request}: several codes`);
    }
  }
  return found;
}

const isCodeOfCreate = ({ action, outcome }: Outcome) => action === 'create' && outcome.startsWith('qr-');

function partition<Item>(items: readonly Item[], isFirst: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

/** Places of waiting calls that last longer than a call that begins now may wait. */
export function lastingPlaces(item: Record<string, unknown> | undefined, latestMilliseconds: number): string[] {
  return Object.entries(item ?? {}).flatMap(([name, until]) =>
    name.startsWith('place') && Number(until) > latestMilliseconds
      ? [`${name} of the waiting calls lasts too long`]
      : [],
  );
}

import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { type ErasureRun, erasureRunSchema, type TargetPage, targetPageSchema } from '../domain/acts/erasure-run.ts';
import { type RequestKey, requestKey } from '../domain/contract/request-key.ts';
import { subjectErased } from '../domain/link/erasure.ts';
import type { LinkRecord, RequestRecord } from '../domain/link/ledger-record.ts';
import type { LinkAddress, OwnedLink } from '../domain/link/link-id.ts';
import type { ScanPage, SubjectItem } from '../domain/link/subject-item.ts';
import type { Clock } from '../domain/work/clock.ts';
import { DocumentTable, type Item } from './document-table.ts';
import { erasureKey, expiry, linkInItem, linkKey, pk, recordKeyOf, recordVersion } from './ledger-item.ts';
import { OpenErasures } from './open-erasures.ts';

const runKey = (id: string) => `erasure-run#${id}`;
const pageKey = (id: string, page: number) => `erasure-run#${id}#${page}`;
const httpKey = (key: RequestKey) => `http#${requestKey(key)}`;
const codeKey = ({ source, address: { onelinkId, shortlinkId } }: OwnedLink) =>
  `http-code#${source}/${onelinkId}/${shortlinkId}`;

/** What names a link or a person in the outcome of a request. */
const namingFields = ['link', 'qr', 'metadata', 'faults'] as const;

/** The ledger, as erasures use it: it scans for subjects, and cuts records. */
export class SubjectTable {
  readonly #client: DynamoDBClient;
  readonly #name: string;
  readonly #table: DocumentTable;
  readonly #open: OpenErasures;

  constructor(client: DynamoDBClient, table: string, clock: Clock) {
    this.#client = client;
    this.#name = table;
    this.#table = new DocumentTable(client, table, clock);
    this.#open = new OpenErasures(this.#table);
  }

  async withSubject(after?: string): Promise<ScanPage<SubjectItem>> {
    const { items, next } = await this.#scan(after, {
      FilterExpression: 'attribute_exists(#subject)',
      ExpressionAttributeNames: { '#subject': 'subject' },
    });
    return { found: items.map(itemIn), next };
  }

  async withLink(after?: string): Promise<ScanPage<RequestKey & LinkAddress>> {
    const { items, next } = await this.#scan(after, {
      FilterExpression: 'begins_with(#pk, :requests) AND attribute_exists(#outcome.#link)',
      ProjectionExpression: '#source, #requestId, #outcome.#link',
      ExpressionAttributeNames: {
        '#pk': pk,
        '#outcome': 'outcome',
        '#link': 'link',
        '#source': 'source',
        '#requestId': 'requestId',
      },
      ExpressionAttributeValues: marshall({ ':requests': 'request#' }),
    });
    const found = items.map((item) => {
      const { source, requestId, outcome } = item as unknown as Pick<RequestRecord, 'source' | 'requestId' | 'outcome'>;
      const { onelinkId = '', shortlinkId = '' } = outcome.link ?? {};
      return { source, requestId, onelinkId, shortlinkId };
    });
    return { found, next };
  }

  async mark(digests: Iterable<string>, erasedAt: number, expiresAtSeconds: number): Promise<void> {
    for (const subject of digests) {
      await this.#table.put({
        [pk]: erasureKey(subject),
        ...recordVersion,
        subject,
        erasedAt,
        [expiry]: expiresAtSeconds,
      });
    }
  }

  async run(id: string): Promise<ErasureRun | undefined> {
    return erasureRunSchema.optional().parse(await this.#table.get(runKey(id)));
  }

  saveRun(id: string, run: ErasureRun, expiresAtSeconds: number): Promise<boolean> {
    return this.#table.put(
      { [pk]: runKey(id), ...recordVersion, ...run, [expiry]: expiresAtSeconds },
      {
        ConditionExpression: `attribute_not_exists(${pk}) OR #revision = :before`,
        ExpressionAttributeValues: { ':before': run.revision - 1 },
      },
    );
  }

  noteOpenDeletes(id: string, deletes: number, expiresAtSeconds: number): Promise<void> {
    return this.#open.note(id, deletes, expiresAtSeconds);
  }

  /** @throws Error if the page is missing or malformed */
  async page(id: string, page: number): Promise<TargetPage> {
    return targetPageSchema.parse(await this.#table.get(pageKey(id, page)));
  }

  async savePage(id: string, page: number, targets: TargetPage, expiresAtSeconds: number): Promise<void> {
    await this.#table.put({ [pk]: pageKey(id, page), ...recordVersion, ...targets, [expiry]: expiresAtSeconds });
  }

  async removePage(id: string, page: number): Promise<void> {
    await this.#table.remove(pageKey(id, page), {});
  }

  async link(address: LinkAddress): Promise<LinkRecord | undefined> {
    const item = await this.#table.get(linkKey(address));
    return item && linkInItem(item);
  }

  async request(key: RequestKey): Promise<RequestRecord | undefined> {
    return (await this.#table.get(recordKeyOf(key))) as RequestRecord | undefined;
  }

  async cutLink(link: OwnedLink, version: number): Promise<boolean> {
    const isCut = await this.#table.update(linkKey(link.address), {
      UpdateExpression:
        'SET #erased = :true, #shortUrl = :none, #pid = :none, #dataDigest = :none REMOVE #subject, #campaign, #data, #qrKey, #qrFailure',
      ConditionExpression: '#state = :deleted AND #version = :version',
      ExpressionAttributeValues: { ':true': true, ':none': '', ':deleted': 'deleted', ':version': version },
    });
    if (isCut) await this.#table.remove(codeKey(link), {});
    return isCut;
  }

  async cutRequest(key: RequestKey): Promise<void> {
    await this.#table.update(recordKeyOf(key), {
      UpdateExpression: `SET #outcome.#outcome = :rejected, #outcome.#reason = :erased REMOVE #subject, ${namingFields.map((name) => `#outcome.#${name}`).join(', ')}`,
      ConditionExpression: `attribute_exists(${pk})`,
      ExpressionAttributeValues: { ':rejected': subjectErased.outcome, ':erased': subjectErased.reason },
    });
  }

  async cutHttpRecord(key: RequestKey): Promise<void> {
    await this.#table.update(httpKey(key), {
      UpdateExpression: 'REMOVE #subject, #qr, #waiting.#faults',
      ConditionExpression: 'attribute_exists(#waiting)',
    });
    await this.#table.update(httpKey(key), {
      UpdateExpression: 'REMOVE #subject, #qr',
      ConditionExpression: `attribute_exists(${pk})`,
    });
  }

  async #scan(
    after: string | undefined,
    query: Omit<ConstructorParameters<typeof ScanCommand>[0], 'TableName'>,
  ): Promise<{ items: Item[]; next?: string }> {
    const answer = await this.#client.send(
      new ScanCommand({
        TableName: this.#name,
        ConsistentRead: true,
        ...(after !== undefined && { ExclusiveStartKey: marshall({ [pk]: after }) }),
        ...query,
      }),
    );
    const last = answer.LastEvaluatedKey && String(unmarshall(answer.LastEvaluatedKey)[pk]);
    return { items: (answer.Items ?? []).map((item) => unmarshall(item)), ...(last !== undefined && { next: last }) };
  }
}

function itemIn(item: Item): SubjectItem {
  const key = String(item[pk]);
  if (key.startsWith('link#')) return { kind: 'link', record: linkInItem(item) };
  if (key.startsWith('request#')) return { kind: 'request', record: item as unknown as RequestRecord };
  if (!key.startsWith('http#')) return { kind: 'other' };
  const { source, requestId, subject } = item as unknown as RequestKey & { subject: string };
  return { kind: 'http', request: { source, requestId }, subject };
}

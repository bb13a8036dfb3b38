import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { CampaignKey } from '../domain/campaign/places.ts';
import { type RequestKey, requestKey } from '../domain/contract/request-key.ts';
import type { HttpNote, HttpRecord } from '../domain/http/record.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
import { type Clock, secondsNow } from '../domain/work/clock.ts';
import { DocumentTable } from './document-table.ts';
import type { JoinedReads } from './joined-reads.ts';
import { expiry, pk, recordVersion } from './ledger-item.ts';
import { httpKeyPrefix } from './names.ts';

/** A change may wait for quota for a month. After that, its request record shows what became of it. */
const changesKeptSeconds = 75 * 86_400;

const changeKeyOf = (key: RequestKey) => `http-change#${requestKey(key)}`;
const codeKeyOf = (source: string, { onelinkId, shortlinkId }: LinkAddress) =>
  `http-code#${source}/${onelinkId}/${shortlinkId}`;
const campaignKeyOf = ({ source, name }: CampaignKey) => `http-campaign#${source}/${name}`;
const keyOf = (request: RequestKey) => `${httpKeyPrefix}${requestKey(request)}`;

/** The records of requests that came by the HTTP API, in the ledger's table. */
export class HttpRecords {
  readonly #clock: Clock;
  readonly #table: DocumentTable;

  constructor(client: DynamoDBClient, table: string, clock: Clock, joined?: JoinedReads) {
    this.#clock = clock;
    this.#table = new DocumentTable(client, table, clock, joined);
  }

  /** The existing records, by `requestKey`. Strongly consistent. */
  async find(requests: readonly RequestKey[]): Promise<Map<string, HttpRecord>> {
    const items = await this.#table.getAll(requests.map(keyOf));
    return new Map(items.map((item) => [requestKey(item as unknown as HttpRecord), recordIn(item)]));
  }

  /**
   * Claims a key for one call.
   *
   * @param over the record that the call has read: of a call that crashed, or of a rejected command. Nobody may have
   *   changed it since.
   * @returns whether this call has the claim
   */
  claim(record: HttpRecord, over?: HttpRecord): Promise<boolean> {
    const { expiresAt, ...fields } = record;
    // `messageId`: if DynamoDB's answer was lost, the client has repeated the write and meets its own claim.
    const free = `attribute_not_exists(${pk})`;
    const unsent = '(#messageId = :over AND #claimedAt = :read AND attribute_not_exists(#sentAt))';
    const rejected = '(#messageId = :over AND #waiting.#state = :rejected)';
    const own = '(#messageId = :mine AND #claimedAt = :now)';
    const found = over?.waiting?.state === 'rejected' ? rejected : unsent;
    return this.#table.put(
      { [pk]: keyOf(record), ...recordVersion, ...fields, [expiry]: expiresAt },
      {
        ConditionExpression: over === undefined ? `${free} OR ${own}` : `${found} OR ${own}`,
        ExpressionAttributeValues: {
          ':mine': record.messageId,
          ':now': record.claimedAt,
          ...(over !== undefined && { ':over': over.messageId }),
          ...(found === rejected && over !== undefined && { ':rejected': 'rejected' }),
          ...(found === unsent && over !== undefined && { ':read': over.claimedAt }),
        },
      },
    );
  }

  /** Marks a claim's message as sent. */
  async markSent(
    { messageId, ...request }: RequestKey & { messageId: string },
    nowMilliseconds: number,
  ): Promise<void> {
    await this.#table.update(keyOf(request), {
      UpdateExpression: 'SET #sentAt = :now',
      ConditionExpression: '#messageId = :mine',
      ExpressionAttributeValues: { ':now': nowMilliseconds, ':mine': messageId },
    });
  }

  /** Gives up a claim whose message was not sent, so that the next call may take it over at once. */
  async giveUp({ messageId, claimedAt, ...request }: HttpRecord): Promise<void> {
    await this.#table.update(keyOf(request), {
      UpdateExpression: 'SET #claimedAt = :never',
      ConditionExpression: '#messageId = :mine AND #claimedAt = :claimed AND attribute_not_exists(#sentAt)',
      ExpressionAttributeValues: { ':never': 0, ':mine': messageId, ':claimed': claimedAt },
    });
  }

  /** Removes a claim whose message this call has not tried to send: its key is as free as before. */
  async withdraw({ messageId, claimedAt, ...request }: HttpRecord): Promise<void> {
    await this.#table.remove(keyOf(request), {
      ConditionExpression: '#messageId = :mine AND #claimedAt = :claimed AND attribute_not_exists(#sentAt)',
      ExpressionAttributeValues: { ':mine': messageId, ':claimed': claimedAt },
    });
  }

  /** The request of the last change of a key's link that came by the HTTP API. Strongly consistent. */
  async lastChange(key: RequestKey): Promise<string | undefined> {
    const item = await this.#table.get(changeKeyOf(key));
    return item === undefined ? undefined : String(item.requestId);
  }

  /**
   * Notes the request of the next change of a key's link.
   *
   * @param read the last change, as the call has read it
   * @returns false if another call has noted one since
   */
  noteChange(key: RequestKey, next: string, read: string | undefined): Promise<boolean> {
    const item = { [pk]: changeKeyOf(key), ...recordVersion, requestId: next };
    return this.#table.put(
      { ...item, [expiry]: secondsNow(this.#clock) + changesKeptSeconds },
      {
        ConditionExpression: `attribute_not_exists(${pk}) OR #requestId = :read OR #requestId = :next`,
        ExpressionAttributeValues: { ':read': read ?? '', ':next': next },
      },
    );
  }

  /**
   * Notes that calls make links of this campaign's keys.
   *
   * @param expiresAt epoch seconds
   */
  async noteCampaign(campaign: CampaignKey, expiresAt: number): Promise<void> {
    await this.#table.put({ [pk]: campaignKeyOf(campaign), ...recordVersion, [expiry]: expiresAt });
  }

  /** Whether a call has asked for a link of this campaign's keys. Strongly consistent. */
  async isCampaignNoted(campaign: CampaignKey): Promise<boolean> {
    return (await this.#table.get(campaignKeyOf(campaign))) !== undefined;
  }

  /** The last request of a source with the action `qr` for this link that came by the HTTP API. Strongly consistent. */
  async lastCode(source: string, address: LinkAddress): Promise<string | undefined> {
    const item = await this.#table.get(codeKeyOf(source, address));
    return item === undefined ? undefined : String(item.requestId);
  }

  /**
   * Notes the request of a QR code, by the link.
   *
   * @param expiresAt epoch seconds: that of the request's HTTP record
   */
  async noteCode({ source, requestId }: RequestKey, address: LinkAddress, expiresAt: number): Promise<void> {
    await this.#table.put({ [pk]: codeKeyOf(source, address), ...recordVersion, requestId, [expiry]: expiresAt });
  }

  /**
   * Notes what the link worker has done with a command, if the command's message is that of the record. Other commands
   * have no record, and get none.
   */
  async note({ messageId, ...request }: RequestKey & { messageId: string }, note: HttpNote): Promise<void> {
    await this.#table.update(keyOf(request), {
      UpdateExpression: 'SET #waiting = :note',
      ConditionExpression: '#messageId = :mine',
      ExpressionAttributeValues: { ':note': note, ':mine': messageId },
    });
  }
}

function recordIn(item: Record<string, unknown>): HttpRecord {
  const { [pk]: _, v: __, ...record } = item;
  return record as unknown as HttpRecord;
}

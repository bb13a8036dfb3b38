import type { CampaignKey } from '../../lambdas/domain/campaign/places.ts';
import type { RequestKey } from '../../lambdas/domain/contract/request-key.ts';
import { requestKey } from '../../lambdas/domain/contract/request-key.ts';
import type { Places } from '../../lambdas/domain/http/rate.ts';
import type { HttpNote, HttpRecord } from '../../lambdas/domain/http/record.ts';
import type { LinkAddress } from '../../lambdas/domain/link/link-id.ts';
import type { HttpApiPorts, WaitingPlace } from '../../lambdas/http-api/ports.ts';

/** The HTTP records in memory. test/integration holds this and the real table to the same contract. */
export class InMemoryHttpRecords {
  readonly records = new Map<string, HttpRecord>();
  readonly changes = new Map<string, string>();
  readonly codes = new Map<string, string>();
  /** Campaigns with calls for their keys, and when the note ends, in epoch seconds. */
  readonly campaigns = new Map<string, number>();
  /** Methods whose next call fails, as with a throttled or unreachable table. */
  readonly failNext = new Set<keyof HttpApiPorts['records'] | 'note'>();

  async find(requests: readonly RequestKey[]): Promise<Map<string, HttpRecord>> {
    this.#maybeFail('find');
    const keys = requests.map(requestKey);
    return new Map(keys.flatMap((key) => (this.records.has(key) ? [[key, structuredClone(this.#at(key))]] : [])));
  }

  async claim(record: HttpRecord, over?: HttpRecord): Promise<boolean> {
    this.#maybeFail('claim');
    const key = requestKey(record);
    const held = this.records.get(key);
    const isOwn = held?.messageId === record.messageId && held.claimedAt === record.claimedAt;
    if (!isOwn && !(over === undefined ? held === undefined : held !== undefined && isAsRead(held, over))) return false;
    this.records.set(key, structuredClone(record));
    return true;
  }

  async markSent({ messageId, ...request }: RequestKey & { messageId: string }, now: number): Promise<void> {
    this.#maybeFail('markSent');
    const held = this.records.get(requestKey(request as RequestKey));
    if (held?.messageId === messageId) held.sentAt = now;
  }

  async giveUp(record: HttpRecord): Promise<void> {
    this.#maybeFail('giveUp');
    const held = this.records.get(requestKey(record));
    const isOwn = held?.messageId === record.messageId && held.claimedAt === record.claimedAt;
    if (held !== undefined && isOwn && held.sentAt === undefined) held.claimedAt = 0;
  }

  async withdraw(record: HttpRecord): Promise<void> {
    this.#maybeFail('withdraw');
    const held = this.records.get(requestKey(record));
    const isOwn = held?.messageId === record.messageId && held.claimedAt === record.claimedAt;
    if (isOwn && held?.sentAt === undefined) this.records.delete(requestKey(record));
  }

  async lastChange(key: RequestKey): Promise<string | undefined> {
    this.#maybeFail('lastChange');
    return this.changes.get(requestKey(key));
  }

  async noteChange(key: RequestKey, next: string, read: string | undefined): Promise<boolean> {
    this.#maybeFail('noteChange');
    const held = this.changes.get(requestKey(key));
    if (held !== undefined && held !== read && held !== next) return false;
    this.changes.set(requestKey(key), next);
    return true;
  }

  async noteCampaign({ source, name }: CampaignKey, expiresAt: number): Promise<void> {
    this.#maybeFail('noteCampaign');
    this.campaigns.set(`${source}/${name}`, expiresAt);
  }

  async isCampaignNoted({ source, name }: CampaignKey): Promise<boolean> {
    return this.campaigns.has(`${source}/${name}`);
  }

  async lastCode(source: string, address: LinkAddress): Promise<string | undefined> {
    this.#maybeFail('lastCode');
    return this.codes.get(`${source}/${address.onelinkId}/${address.shortlinkId}`);
  }

  async noteCode({ source, requestId }: RequestKey, address: LinkAddress): Promise<void> {
    this.#maybeFail('noteCode');
    this.codes.set(`${source}/${address.onelinkId}/${address.shortlinkId}`, requestId);
  }

  async note({ messageId, ...request }: RequestKey & { messageId: string }, note: HttpNote): Promise<void> {
    this.#maybeFail('note');
    const held = this.records.get(requestKey(request as RequestKey));
    if (held?.messageId === messageId) held.waiting = structuredClone(note);
  }

  #at(key: string): HttpRecord {
    return this.records.get(key) as HttpRecord;
  }

  #maybeFail(method: keyof HttpApiPorts['records'] | 'note'): void {
    if (this.failNext.delete(method)) throw new Error(`the test makes ${method} fail`);
  }
}

/** Whether the record is still the one that the call has read, in what the claim depends on. */
function isAsRead(held: HttpRecord, over: HttpRecord): boolean {
  if (held.messageId !== over.messageId) return false;
  if (over.waiting?.state === 'rejected') return held.waiting?.state === 'rejected';
  return held.claimedAt === over.claimedAt && held.sentAt === undefined;
}

/** The HTTP API's limits in memory, held to the same contract. */
export class InMemoryHttpLimits {
  /** The next place of each source and rate. */
  readonly nextPlaces = new Map<string, number>();
  readonly places = new Map<number, number>();
  readonly failNext = new Set<keyof HttpApiPorts['limits']>();

  async takeRate(source: string, { perSecond, from, until }: Places, by: number): Promise<number | undefined> {
    this.#maybeFail('takeRate');
    const key = `${source}#${perSecond}`;
    const next = Math.max(this.nextPlaces.get(key) ?? 0, from);
    if (next >= until) return next;
    this.nextPlaces.set(key, next + by);
    return undefined;
  }

  async take({ place, until }: WaitingPlace, now: number): Promise<Set<number> | undefined> {
    this.#maybeFail('take');
    const taken = [...this.places].filter(([, end]) => end >= now).map(([one]) => one);
    if (taken.includes(place)) return new Set(taken);
    this.places.set(place, until);
    return undefined;
  }

  async leave({ place, until }: WaitingPlace): Promise<void> {
    this.#maybeFail('leave');
    if (this.places.get(place) === until) this.places.delete(place);
  }

  #maybeFail(method: keyof HttpApiPorts['limits']): void {
    if (this.failNext.delete(method)) throw new Error(`the test makes ${method} fail`);
  }
}

import { type CampaignKey, campaignKey, chunkPlace, chunkResultPlace } from '../../lambdas/domain/campaign/places.ts';
import { type CampaignRecord, campaignRecordSchema } from '../../lambdas/domain/campaign/record.ts';
import {
  type CheckedRow,
  checkedRowSchema,
  type RowResult,
  rowResultSchema,
} from '../../lambdas/domain/campaign/row.ts';

type Drop = CampaignKey & { drop: number };
interface Reading {
  record: CampaignRecord | undefined;
  corrupt: boolean;
}

/** The campaigns' table in memory: records that only a writer of the newest revision replaces, and the list of drops. */
export class InMemoryCampaigns {
  readonly records = new Map<string, CampaignRecord>();
  /** Keys of malformed records. */
  readonly corrupt = new Set<string>();
  readonly #active = new Set<string>();
  /** Methods whose next call fails, as with a throttled or unreachable table. */
  readonly failNext = new Set<string>();
  /** Runs before the next write, as another writer would. */
  beforeWrite: (() => void) | undefined;

  async active(): Promise<Drop[]> {
    this.#maybeFail('active');
    return [...this.#active].map((element) => JSON.parse(element) as Drop);
  }

  async list({ source, name, drop }: Drop): Promise<void> {
    this.#maybeFail('list');
    this.#active.add(JSON.stringify({ source, name, drop }));
  }

  async unlist({ source, name, drop }: Drop): Promise<void> {
    this.#maybeFail('unlist');
    this.#active.delete(JSON.stringify({ source, name, drop }));
  }

  async read(campaign: CampaignKey): Promise<Reading> {
    this.#maybeFail('read');
    return this.#reading(campaign);
  }

  async readAll(campaigns: readonly CampaignKey[]): Promise<{ records: CampaignRecord[]; corrupt: string[] }> {
    this.#maybeFail('readAll');
    const keys = [...new Set(campaigns.map(campaignKey))];
    return {
      records: keys.flatMap((key) => (this.corrupt.has(key) ? [] : (structuredClone(this.records.get(key)) ?? []))),
      corrupt: keys.filter((key) => this.corrupt.has(key)),
    };
  }

  async write(next: Omit<CampaignRecord, 'v' | 'revision'>, read: Reading): Promise<CampaignRecord | undefined> {
    this.#maybeFail('write');
    this.beforeWrite?.();
    this.beforeWrite = undefined;
    const key = campaignKey(next);
    const held = this.records.get(key);
    if (!read.corrupt && held?.revision !== read.record?.revision) return undefined;
    const written = campaignRecordSchema.parse({ ...next, v: 1, revision: (read.record?.revision ?? 0) + 1 });
    this.records.set(key, written);
    this.corrupt.delete(key);
    return structuredClone(written);
  }

  /** An operator's act: it needs no revision, and makes older readings lose. */
  act(campaign: CampaignKey, change: (record: CampaignRecord) => CampaignRecord): void {
    const key = campaignKey(campaign);
    const held = this.records.get(key);
    if (held === undefined) throw new Error(`no campaign ${key}`);
    this.records.set(key, campaignRecordSchema.parse({ ...change(held), revision: held.revision + 1 }));
  }

  #reading(campaign: CampaignKey): Reading {
    const key = campaignKey(campaign);
    if (this.corrupt.has(key)) return { record: undefined, corrupt: true };
    return { record: structuredClone(this.records.get(key)), corrupt: false };
  }

  #maybeFail(method: string): void {
    if (this.failNext.delete(method)) throw new Error(`the campaigns' table fails at ${method}`);
  }
}

/** The campaign bucket in memory. */
export class InMemoryCampaignFiles {
  /** The text of each object. */
  readonly objects = new Map<string, string>();
  readonly contentTypes = new Map<string, string>();
  /** Methods whose next call fails, as with an unreachable bucket. */
  readonly failNext = new Set<string>();

  async putChunk(campaign: CampaignKey, drop: number, chunk: number, rows: readonly CheckedRow[]): Promise<void> {
    this.#maybeFail('putChunk');
    this.objects.set(chunkPlace(campaign, drop, chunk), ndjson(rows.map((row) => checkedRowSchema.parse(row))));
  }

  async chunk(campaign: CampaignKey, drop: number, chunk: number): Promise<CheckedRow[]> {
    this.#maybeFail('chunk');
    return this.#lines(chunkPlace(campaign, drop, chunk)).map((line) => checkedRowSchema.parse(line));
  }

  async putChunkResult(campaign: CampaignKey, drop: number, chunk: number, rows: readonly RowResult[]): Promise<void> {
    this.#maybeFail('putChunkResult');
    this.objects.set(chunkResultPlace(campaign, drop, chunk), ndjson(rows.map((row) => rowResultSchema.parse(row))));
  }

  async chunkResult(campaign: CampaignKey, drop: number, chunk: number): Promise<RowResult[]> {
    this.#maybeFail('chunkResult');
    return this.#lines(chunkResultPlace(campaign, drop, chunk)).map((line) => rowResultSchema.parse(line));
  }

  async upload(key: string, parts: AsyncIterable<string>, contentType: string): Promise<void> {
    this.#maybeFail('upload');
    let text = '';
    for await (const part of parts) text += part;
    this.objects.set(key, text);
    this.contentTypes.set(key, contentType);
  }

  #lines(key: string): unknown[] {
    const text = this.objects.get(key);
    if (text === undefined) throw new Error('the campaign bucket has no such chunk, or it is malformed');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  }

  #maybeFail(method: string): void {
    if (this.failNext.delete(method)) throw new Error(`the campaign bucket fails at ${method}`);
  }
}

const ndjson = (lines: readonly object[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

import { createHash } from 'node:crypto';
import type { ResultObject } from '../../lambdas/adapters/campaign-files.ts';
import { FileChanged } from '../../lambdas/adapters/campaign-files.ts';
import {
  type CampaignKey,
  chunkPlace,
  chunkResultPlace,
  digestsPlace,
  inboxPrefix,
  rejectedPlace,
  resultsPrefix,
  settingsEnding,
} from '../../lambdas/domain/campaign/places.ts';
import type { CampaignFile } from '../../lambdas/domain/campaign/record.ts';
import type { CheckedRow, RowResult } from '../../lambdas/domain/campaign/row.ts';

interface Stored {
  bytes: Buffer;
  writtenAt: number;
}

/** The campaign bucket's behaviour in memory. test/integration holds this and the real one to the same contract. */
export class InMemoryCampaignFiles {
  readonly objects = new Map<string, Stored>();
  /** Files from which rows were erased in their place. */
  readonly rewritten = new Set<string>();
  /** How many bytes one read of a file gives. */
  rangeBytes = 64;

  /** Writes an object, as somebody outside does. S3 counts the time in whole seconds. */
  drop(key: string, content: string | Uint8Array, at = 0): void {
    this.objects.set(key, { bytes: Buffer.from(content), writtenAt: Math.floor(at / 1000) * 1000 });
    this.rewritten.delete(key);
  }

  /** Writes a file without some rows, as an erasure does. */
  rewrite(key: string, content: string, at: number): void {
    this.drop(key, content, at);
    this.rewritten.add(key);
  }

  text(key: string): string | undefined {
    return this.objects.get(key)?.bytes.toString();
  }

  async file(key: string): Promise<CampaignFile | undefined> {
    const found = this.objects.get(key);
    const file = found && { key, etag: etagOf(found), bytes: found.bytes.length, droppedAt: found.writtenAt };
    return file && this.rewritten.has(key) ? { ...file, rewritten: true } : file;
  }

  async *bytes(file: CampaignFile, from = 0): AsyncGenerator<Uint8Array> {
    for (let at = from; at < file.bytes; at += this.rangeBytes) {
      const now = this.objects.get(file.key);
      if (now === undefined || etagOf(now) !== file.etag) throw new FileChanged('the file has other bytes now');
      yield now.bytes.subarray(at, at + this.rangeBytes);
    }
  }

  async settings({ source, name }: CampaignKey): Promise<{ text: string } | 'too-large' | undefined> {
    const found = this.objects.get(`${inboxPrefix}${source}/${name}${settingsEnding}`);
    if (found && found.bytes.length > 64 * 1024) return 'too-large';
    return found && { text: found.bytes.toString() };
  }

  async putChunk(campaign: CampaignKey, drop: number, chunk: number, rows: readonly CheckedRow[]): Promise<void> {
    this.#putLines(chunkPlace(campaign, drop, chunk), rows);
  }

  async chunk(campaign: CampaignKey, drop: number, chunk: number): Promise<CheckedRow[]> {
    return this.#lines(chunkPlace(campaign, drop, chunk));
  }

  async putChunkResult(campaign: CampaignKey, drop: number, chunk: number, rows: readonly RowResult[]): Promise<void> {
    this.#putLines(chunkResultPlace(campaign, drop, chunk), rows);
  }

  async chunkResult(campaign: CampaignKey, drop: number, chunk: number): Promise<RowResult[]> {
    return this.#lines(chunkResultPlace(campaign, drop, chunk));
  }

  async putRejected(campaign: CampaignKey, drop: number, part: number, rows: readonly CheckedRow[]): Promise<void> {
    this.#putLines(rejectedPlace(campaign, drop, part), rows);
  }

  async rejected(campaign: CampaignKey, drop: number, part: number): Promise<CheckedRow[]> {
    return this.#lines(rejectedPlace(campaign, drop, part));
  }

  async putDigests(campaign: CampaignKey, drop: number, part: number, digests: Uint8Array): Promise<void> {
    this.drop(digestsPlace(campaign, drop, part), digests);
  }

  async digests(campaign: CampaignKey, drop: number, part: number): Promise<Uint8Array> {
    return this.#found(digestsPlace(campaign, drop, part)).bytes;
  }

  async upload(key: string, parts: AsyncIterable<string>, _contentType: string): Promise<void> {
    let text = '';
    for await (const part of parts) text += part;
    this.drop(key, text);
  }

  async *results(source?: string): AsyncGenerator<ResultObject> {
    const under = source === undefined ? resultsPrefix : `${resultsPrefix}${source}/`;
    for (const key of [...this.objects.keys()].sort()) {
      const { bytes, writtenAt } = this.#found(key);
      if (key.startsWith(under)) yield { key, bytes: bytes.length, writtenAt };
    }
  }

  #found(key: string): Stored {
    const found = this.objects.get(key);
    if (found === undefined) throw new Error(`the campaign bucket has no ${key}, or it is malformed`);
    return found;
  }

  #putLines(key: string, lines: readonly object[]): void {
    this.drop(key, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }

  #lines<Line>(key: string): Line[] {
    const lines = this.#found(key).bytes.toString().split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
  }
}

const etagOf = ({ bytes }: Stored) => `"${createHash('md5').update(bytes).digest('hex')}"`;

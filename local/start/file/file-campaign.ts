import type { S3Client } from '@aws-sdk/client-s3';
import { openInput } from '../../../cli/files/input-file.ts';
import { dropCampaign } from '../../../cli/pipeline/drop-campaign.ts';
import { hasEnded, settledRows } from '../../../cli/pipeline/follow-campaign.ts';
import { CampaignFiles } from '../../../lambdas/adapters/campaign-files.ts';
import type { CampaignTable } from '../../../lambdas/adapters/campaign-table.ts';
import { linesOf } from '../../../lambdas/adapters/s3-objects.ts';
import { resultPlaces } from '../../../lambdas/domain/campaign/places.ts';
import type { CampaignRecord } from '../../../lambdas/domain/campaign/record.ts';
import { type RowResult, rowResultSchema } from '../../../lambdas/domain/campaign/row.ts';
import type { DroppedFile } from './dropped-file.ts';

export interface FilePorts {
  /** The client of the operator. */
  operator: S3Client;
  /** The client of the producer whose campaign it is. */
  producer: S3Client;
  bucket: string;
  table: Pick<CampaignTable, 'read' | 'act'>;
  now(): number;
  signal: AbortSignal;
}

/** How a campaign of a file stands. */
export interface FileSight {
  state: CampaignRecord['state'] | 'unopened';
  rows: number;
  settled: number;
  ended: boolean;
  /** The operator of the run has just approved it. */
  approved?: true;
}

/** A campaign of a file in a run: it drops the file, follows it, and reads its results. */
export class FileCampaign {
  readonly file: DroppedFile;
  readonly #ports: FilePorts;
  record: CampaignRecord | undefined;

  constructor(file: DroppedFile, ports: FilePorts) {
    this.file = file;
    this.#ports = ports;
  }

  /** Drops the file in its producer's name. */
  async drop(): Promise<void> {
    const { operator, producer, bucket, signal } = this.#ports;
    const input = await openInput(this.file.path, { signal, content: 'rows' });
    const { ending, settings } = this.file;
    const files = new CampaignFiles(operator, bucket);
    const drop = { campaign: this.file, ending, settings, input };
    try {
      // A producer may not read the inbox.
      await dropCampaign(drop, { s3: producer, bucket, signal, onProgress: () => {}, file: (key) => files.file(key) });
    } finally {
      await input.close();
    }
  }

  /** Reads the record. It approves a campaign that waits for an operator, because the run has no other. */
  async look(): Promise<FileSight> {
    const { record } = await this.#ports.table.read(this.file);
    this.record = record;
    if (record === undefined) return { state: 'unopened', rows: 0, settled: 0, ended: false };
    const { state, rows } = record;
    const sight = { state, rows, settled: settledRows(record), ended: hasEnded(record) };
    if (state !== 'waiting') return sight;
    const approved = await this.#ports.table.act(this.file, { act: 'approve' }, this.#ports.now());
    return approved ? { ...sight, approved: true } : sight;
  }

  /** The results of all rows, as the producer reads them. Empty if the campaign has not ended, or is refused. */
  async results(): Promise<RowResult[]> {
    if (this.record === undefined || !hasEnded(this.record) || this.record.state === 'refused') return [];
    const { ndjson } = resultPlaces(this.file);
    const lines = await linesOf(this.#ports.producer, this.#ports.bucket, ndjson);
    return (lines ?? []).map((line) => rowResultSchema.parse(JSON.parse(line)));
  }
}

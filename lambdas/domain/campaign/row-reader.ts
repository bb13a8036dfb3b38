import type { commandReader } from '../contract/command-reading.ts';
import type { Fault } from '../contract/fault.ts';
import type { Columns } from './columns.ts';
import type { FileRow } from './file-rows.ts';
import type { CheckedRow } from './row.ts';
import type { CampaignSettings } from './settings.ts';

/** What the rows of a campaign are read by. */
export interface RowRules {
  source: string;
  /** The campaign's name. It starts the request IDs. */
  name: string;
  settings: CampaignSettings;
  /** The template of rows that name none: the settings' one, or the source's only one. */
  template: string | undefined;
  /** Epoch milliseconds: when the file arrived. `expires_at` becomes a TTL from here. A fixed time makes a repeated check the same. */
  droppedAt: number;
  /** The lane's reader: contract, rights and policies. */
  read: ReturnType<typeof commandReader>;
  /** The account's longest TTL. */
  maxTtlDays: number;
  format: 'csv' | 'ndjson';
}

export interface ReadRow {
  checked: CheckedRow;
  /** `path` is the column's header. They do not reject the row. */
  warnings: Fault[];
  /** What `SeenKeys` must not hold already: the row's key, and the address that a create chooses. */
  claims: { key?: string; address?: string };
}

/** Makes the reader of a campaign's rows. */
export declare function rowReader(rules: RowRules): {
  /**
   * @param row 1 for the first row after the header
   * @throws UnreadableFile if a new column of an NDJSON file cannot be used
   */
  read(row: number, fileRow: FileRow): ReadRow;
  columns(header: readonly string[]): Columns;
};

/** `{name}/{safeKey}` */
export declare function campaignRequestId(name: string, key: string): string;

/** The key as it stands in request IDs. */
export declare function safeKey(key: string): string;

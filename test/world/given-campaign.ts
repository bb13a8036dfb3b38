import type { CampaignRecord } from '../../lambdas/domain/campaign/record.ts';
import type { CheckedRow, RowResult } from '../../lambdas/domain/campaign/row.ts';

/** 2026-03-10T12:00:00Z, in epoch milliseconds. */
export const campaignDroppedAt = Date.parse('2026-03-10T12:00:00Z');

/** A campaign of `crm` with the columns `shop` and `city`. Its three rows are checked, and nothing of it is sent. */
export function givenCampaign(change: Partial<CampaignRecord> = {}): CampaignRecord {
  return {
    v: 1,
    source: 'crm',
    name: 'spring',
    drop: 1,
    file: { key: 'inbox/crm/spring.csv', etag: '"one"', bytes: 1_000, droppedAt: campaignDroppedAt },
    settings: { key: 'shop' },
    lane: 'campaign',
    state: 'sending',
    check: { byte: 1_000, row: 3, line: 5, header: ['shop', 'city'], delimiter: ',', digestObjects: 1, done: true },
    rows: 3,
    toSend: 3,
    quotaCalls: 3,
    qrCodes: 0,
    chunks: 1,
    sent: 0,
    settled: 0,
    settledBeyond: [],
    tallies: {},
    firstFaults: [],
    faultsByRule: {},
    changedAt: campaignDroppedAt,
    revision: 1,
    ...change,
  };
}

/** The result of a row that made a link. */
export function givenResult(row: number, change: Partial<RowResult> = {}): RowResult {
  return {
    row,
    line: row + 1,
    cells: [`shop-${row}`, 'Bonn'],
    key: `shop-${row}`,
    requestId: `spring/shop-${row}`,
    status: 'created',
    onelinkId: 'A1b3',
    shortlinkId: `link-${row}`,
    shortUrl: `https://acme.onelink.me/A1b3/link-${row}`,
    expiresAt: '2026-04-10T12:00:00Z',
    ...change,
  };
}

/** A row with a command that makes a link. */
export function givenRow(row: number, command: Record<string, unknown> = {}): CheckedRow {
  const requestId = `spring/shop-${row}`;
  return {
    row,
    line: row + 1,
    cells: [`shop-${row}`, 'Bonn'],
    key: `shop-${row}`,
    check: 'send',
    requestId,
    command: { specVersion: '1.0', action: 'create', source: 'crm', requestId, onelinkId: 'A1b3', ...command },
  };
}

import type { CampaignContent, CampaignDrop, CampaignReading } from '../../lambdas/adapters/campaign-table.ts';
import type { CampaignAct } from '../../lambdas/domain/campaign/orders.ts';
import { type CampaignKey, campaignKey } from '../../lambdas/domain/campaign/places.ts';
import { type CampaignRecord, isActive } from '../../lambdas/domain/campaign/record.ts';

/** The campaign table's behaviour in memory. test/integration holds this and the real table to the same contract. */
export class InMemoryCampaignTable {
  readonly records = new Map<string, CampaignRecord>();
  /** Campaigns whose record is malformed. */
  readonly corrupt = new Set<string>();
  readonly #listed = new Set<string>();

  async read(campaign: CampaignKey): Promise<CampaignReading> {
    const key = campaignKey(campaign);
    const corrupt = this.corrupt.has(key);
    return { record: corrupt ? undefined : structuredClone(this.records.get(key)), corrupt };
  }

  async readAll(campaigns: readonly CampaignKey[]): Promise<{ records: CampaignRecord[]; corrupt: string[] }> {
    const keys = [...new Set(campaigns.map(campaignKey))];
    const records = keys.flatMap((key) => (this.corrupt.has(key) ? [] : (this.records.get(key) ?? [])));
    return { records: structuredClone(records), corrupt: keys.filter((key) => this.corrupt.has(key)) };
  }

  async write(next: CampaignContent, { record, corrupt }: CampaignReading): Promise<CampaignRecord | undefined> {
    const key = campaignKey(next);
    if (!corrupt && this.records.get(key)?.revision !== record?.revision) return undefined;
    const written: CampaignRecord = { ...structuredClone(next), v: 1, revision: (record?.revision ?? 0) + 1 };
    this.records.set(key, written);
    this.corrupt.delete(key);
    return structuredClone(written);
  }

  async act(campaign: CampaignKey, act: CampaignAct, nowMilliseconds: number): Promise<boolean> {
    const key = campaignKey(campaign);
    const record = this.records.get(key);
    if (record === undefined || !(act.act === 'approve' ? record.state === 'waiting' : isActive(record))) return false;
    const { paused, ...others } = record;
    const by = 'by' in act && act.by !== undefined ? { by: act.by } : {};
    const changed = { ...others, changedAt: nowMilliseconds, revision: record.revision + 1 };
    const still = paused && { paused };
    const at = nowMilliseconds;
    const approvedBy = 'by' in by ? { approvedBy: by.by } : {};
    const after = {
      pause: { ...changed, paused: { at, reason: act.act === 'pause' ? act.reason : '', ...by } },
      resume: changed,
      approve: { ...changed, ...still, state: 'sending' as const, approvedAt: at, ...approvedBy },
      cancel: { ...changed, ...still, state: 'cancelled' as const, cancelled: { at, ...by } },
    };
    this.records.set(key, after[act.act]);
    return true;
  }

  async active(): Promise<CampaignDrop[]> {
    return [...this.#listed].map((element) => JSON.parse(element) as CampaignDrop);
  }

  async list(drop: CampaignDrop): Promise<void> {
    this.#listed.add(elementOf(drop));
  }

  async unlist(drop: CampaignDrop): Promise<void> {
    this.#listed.delete(elementOf(drop));
  }
}

const elementOf = ({ source, name, drop }: CampaignDrop) => JSON.stringify({ source, name, drop });

import { dropFile } from '../world/campaign-functions.ts';
import type { Cloud } from '../world/cloud.ts';
import type { PlannedCampaign } from './calendar.ts';

const source = 'studio';
const lane = 'campaign';
const day = 86_400_000;

/** A producer drops the file of a campaign. @param rows its rows, each a create */
export function dropCampaign(cloud: Cloud, planned: PlannedCampaign, rows: number, from: number): void {
  const { clock, correspondence, size } = cloud;
  const sentAt = clock.wallMilliseconds();
  const { name, ttl, renewTtl, codeEvery = 0, keepDays } = planned;
  const keepUntil = keepDays === undefined ? undefined : new Date(from + keepDays * day).toISOString();
  const lines = Array.from({ length: rows }, (_, index) => {
    const wantsCode = codeEvery > 0 && index % codeEvery === 0;
    const key = `${name}-${index}`;
    const request = { lane, part: name, action: 'create', sentAt, wantsCode };
    correspondence.sent(source, key, request);
    const cells = [key, 'crm_email', name, `variant_${index % 4}`, `offers/${name}?recipient=${index}`, wantsCode];
    return [...cells, ttl, renewTtl, ...(keepUntil === undefined ? [] : [keepUntil])].join(',');
  });
  const header = ['request_id', 'pid', 'c', 'af_ad', 'deep_link_value', 'qr', 'ttl', 'renew_ttl'];
  if (keepUntil !== undefined) header.push('keep_until');
  const template = Object.keys(size.settings.templates)[0];
  dropFile(cloud, `${source}/${name}`, [header.join(','), ...lines].join('\n'), { template, lane });
}

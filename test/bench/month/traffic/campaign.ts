import { dropFile } from '../world/campaign-functions.ts';
import type { Cloud } from '../world/cloud.ts';
import type { PlannedCampaign } from './calendar.ts';
import type { Producer } from './producer.ts';

/** Who drops the files. The commands come from the producer of the transactional lane. */
const source = 'studio';
const lane = 'campaign';
const day = 86_400_000;

const dataOf = (name: string, row: number) => ({
  pid: 'crm_email',
  c: name,
  af_ad: `variant_${row % 4}`,
  deep_link_value: `offers/${name}?recipient=${row}`,
});

/** A producer sends a campaign, as a file or as commands. @param rows how many creates it has */
export function sendCampaign(cloud: Cloud, producer: Producer, campaign: PlannedCampaign, rows: number, from: number) {
  const keepUntil = campaign.keepDays && new Date(from + campaign.keepDays * day).toISOString();
  if (!campaign.isDirect) return dropAsFile(cloud, campaign, rows, keepUntil || undefined);
  const { name, ttl, renewTtl, codeEvery } = campaign;
  for (let row = 0; row < rows; row++) {
    producer.send(name, {
      requestId: `${name}/${name}-${row}`,
      action: 'create',
      data: dataOf(name, row),
      ttl,
      renewTtl,
      ...(keepUntil && { keepUntil }),
      ...(isWithCode(codeEvery, row) && { qr: { size: 200 } }),
    });
  }
}

const isWithCode = (every = 0, row: number) => every > 0 && row % every === 0;

function dropAsFile(
  cloud: Cloud,
  { name, ttl, renewTtl, codeEvery }: PlannedCampaign,
  rows: number,
  keepUntil: string | undefined,
): void {
  const { clock, correspondence, size } = cloud;
  const sentAt = clock.wallMilliseconds();
  const header = [...['request_id', 'qr', 'ttl', 'renew_ttl', 'keep_until'], ...Object.keys(dataOf(name, 0))];
  const lines = Array.from({ length: rows }, (_, row) => {
    const key = `${name}-${row}`;
    const wantsCode = isWithCode(codeEvery, row);
    correspondence.sent(source, `${name}/${key}`, { lane, part: name, action: 'create', sentAt, wantsCode });
    return [key, wantsCode, ttl, renewTtl, keepUntil ?? '', ...Object.values(dataOf(name, row))].join(',');
  });
  const template = Object.keys(size.settings.templates)[0];
  dropFile(cloud, `${source}/${name}`, [header.join(','), ...lines].join('\n'), { template, lane });
}

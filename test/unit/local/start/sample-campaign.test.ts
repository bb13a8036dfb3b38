import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sampleCampaign } from '../../../../local/start/sample-campaign.ts';

it('is the shipped sample for version 2.0, and asks version 1.0 for neither QR codes in creates nor longer lives', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onelink-sample-'));
  try {
    const shipped = await readFile(await sampleCampaign('v2.0', folder), 'utf8');
    const file = await sampleCampaign('v1.0', folder);
    const lines = await readFile(file, 'utf8');
    const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;
    expect([count(shipped, /"qr\\?":\{/g) > 100, count(shipped, /"90d/g) > 100]).toEqual([true, true]);
    expect(count(shipped, /"ttl\\?":365/g)).toBeGreaterThan(20);
    expect([count(lines, /"qr\\?":\{/g), count(lines, /"(?:90|180)d|"ttl\\?":365/g)]).toEqual([0, 0]);
    expect(lines.split('\n')).toHaveLength(shipped.split('\n').length);
    expect(await readFile(file.replace('.ndjson', '.setup.json'), 'utf8')).toContain('foreignLinks');
  } finally {
    await rm(folder, { recursive: true });
  }
});

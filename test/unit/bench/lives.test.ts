import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { measuredUse } from '../../../cli/cost/measured-use.ts';
import { itemBytes } from '../../bench/lives/item-bytes.ts';
import { type Lives, livesBeside, playLives } from '../../bench/lives/lives.ts';
import { march } from '../../bench/month/traffic/calendar.ts';
import { variantPipeline } from '../../bench/world/synthesis.ts';
import { renewingShareOfMonth } from '../../report/cost-tables.ts';
import { countsTable } from '../../report/counts-table.ts';

let lives: Lives;
beforeAll(async () => {
  lives = await playLives();
}, 120_000);

describe('the cost model', () => {
  it('has what the shipped functions use, on each lane with its own batches, and to the end of a link', () => {
    expect(livesBeside(lives, variantPipeline({})).filter(({ isSame }) => !isSame)).toEqual([]);
  });

  it('has the counts that docs/performance.md shows', () => {
    const page = readFileSync(new URL('../../../docs/performance.md', import.meta.url), 'utf8');
    expect(page).toContain(countsTable(lives, variantPipeline({}).settings.memoryMegabytes));
  });

  it('has the sizes of the records and of a line of the history', () => {
    const { link, request, historyLine } = measuredUse.bytes;
    expect([lives.recordBytes.link / link, lives.recordBytes.request / request]).toEqual([
      expect.closeTo(1, 1),
      expect.closeTo(1, 1),
    ]);
    expect(lives.recordBytes.history / historyLine).toBeCloseTo(1, 1);
  });

  it('has the share of links that renew themselves in the month', () => {
    // Of the lane's links, three in ten, and those of the campaigns by their settings
    const ofCampaigns = march.campaigns.filter(({ renewTtl }) => renewTtl).reduce((sum, { share }) => sum + share, 0);
    expect(ofCampaigns + 0.3 * march.transactionalShare).toBeCloseTo(renewingShareOfMonth, 1);
  });
});

describe('links that end one by one', () => {
  it('share objects of the history, because a batch collects them for five minutes', () => {
    // One every ten seconds: 30 in a window
    expect(lives.trickle.s3Puts).toBeLessThan(0.04);
    expect(lives.trickle.snsPublishes).toBeLessThan(0.12);
  });
});

describe('links that end at once', () => {
  it('have one object for a batch of 500, and a publish for ten', () => {
    expect([lives.checked.s3Puts, lives.certain.s3Puts]).toEqual([0.002, 0.002]);
    expect(lives.checked.snsPublishes).toBeCloseTo(0.1, 6);
  });

  it('wait for the API only if they renew themselves', () => {
    expect(lives.certain.lambdaMilliseconds).toBeLessThan(3);
    expect(lives.certain.writeUnits).toBe(0);
  });
});

describe('the bytes of an item', () => {
  it.each([
    // 2 for the name and 5 for the text
    [{ pk: 'hällo'.slice(0, 4) }, 2 + 5],
    [{ n: 1775037605 }, 1 + 6],
    [{ b: true, none: undefined }, 1 + 1],
    // A map has three bytes, and one for each pair.
    [{ m: { a: 'x', b: 2 } }, 1 + 3 + 2 + (1 + 1) + (1 + 2)],
    [{ l: ['x', 'yz'] }, 1 + 3 + 2 + 3],
  ])('of %j are %d', (item, bytes) => {
    expect(itemBytes(item)).toBe(bytes);
  });
});

import { describe, expect, test } from 'vitest';
import { allCampaigns, campaignNamed, campaignOf } from '../../../../cli/pipeline/campaigns.ts';
import type { CampaignKey } from '../../../../lambdas/domain/campaign/places.ts';
import { givenCampaign } from '../../../world/given-campaign.ts';
import { InMemoryCampaignTable } from '../../../world/in-memory-campaign-table.ts';

/** Campaigns with a record, and campaigns with a file only. */
function given(records: CampaignKey[], files: CampaignKey[] = []) {
  const table = new InMemoryCampaignTable();
  for (const { source, name } of records) table.records.set(`${source}/${name}`, givenCampaign({ source, name }));
  async function* inBucket(source?: string) {
    yield* [...records, ...files].filter((one) => source === undefined || one.source === source);
  }
  return { table, inBucket };
}
const crm = (name: string) => ({ source: 'crm', name });
const sources = ['crm', 'studio'];

describe('the campaign of an object', () => {
  test.each([
    ['inbox/crm/spring.csv', 'crm/spring'],
    ['inbox/crm/spring.sale.ndjson', 'crm/spring.sale'],
    ['inbox/crm/spring.csv.gz', 'crm/spring'],
    ['results/crm/spring.csv', 'crm/spring'],
    ['results/crm/spring.retire.csv', 'crm/spring.retire'],
    ['inbox/crm/SPRING.CSV', 'crm/SPRING'],
    // A refused file may have a name that no campaign may have, and leaves only its reason.
    ['inbox/crm/a b.csv', 'crm/a b'],
    ['results/crm/spring-rejected.csv', 'crm/spring'],
  ])('%s is %s', (key, campaign) => {
    const found = campaignOf(key);
    expect(found && `${found.source}/${found.name}`).toBe(campaign);
  });

  test.each([
    'inbox/crm/spring.campaign.json',
    'inbox/crm/deeper/spring.csv',
    'inbox/crm/spring.xlsx',
    'inbox/crm/.csv',
    'inbox//spring.csv',
    'results/crm/spring.ndjson',
    'work/crm/spring/1/chunk-0000001.ndjson',
  ])('%s belongs to none', (key) => {
    expect(campaignOf(key)).toBeUndefined();
  });
});

describe('a campaign by its name', () => {
  test('is found with its producer, and without it if only one has it', async () => {
    const reads = given([crm('spring'), { source: 'studio', name: 'autumn' }]);
    expect(await campaignNamed('crm/spring', sources, reads)).toMatchObject(crm('spring'));
    expect(await campaignNamed('autumn', sources, reads)).toMatchObject({ source: 'studio', name: 'autumn' });
  });

  test('must name its producer if two have it', async () => {
    const reads = given([crm('spring'), { source: 'studio', name: 'spring' }]);
    await expect(campaignNamed('spring', sources, reads)).rejects.toThrow(
      'More than one campaign is named spring: crm/spring, studio/spring. Name one of them in full.',
    );
    expect(await campaignNamed('studio/spring', sources, reads)).toMatchObject({ source: 'studio' });
  });

  test.each(['sprng', 'Spring', 'spring-2', 'spri', 'crm/sprinf'])(
    'suggests the most similar one for %s',
    async (name) => {
      const reads = given([crm('spring'), crm('autumn')]);
      await expect(campaignNamed(name, sources, reads)).rejects.toThrow(
        `There is no campaign ${name}. Did you mean crm/spring?`,
      );
    },
  );

  test('names where to look if none is similar', async () => {
    await expect(campaignNamed('winter', sources, given([crm('spring')]))).rejects.toThrow(
      'There is no campaign winter. To see all, run: onelink campaign list',
    );
  });

  test('has a file and no record: names that its check has not begun', async () => {
    await expect(campaignNamed('spring', sources, given([], [crm('spring')]))).rejects.toThrow(
      'crm/spring has a file, but no check of it has begun.',
    );
  });

  test('is another source’s: does not take the file of this one', async () => {
    await expect(campaignNamed('studio/spring', ['crm', 'studio'], given([], [crm('spring')]))).rejects.toThrow(
      'There is no campaign studio/spring. Did you mean crm/spring?',
    );
  });

  test('must name its producer if AWS lets somebody read those of one producer alone', async () => {
    const denied = () => Promise.reject(Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' }));
    const { table, inBucket } = given([crm('spring')]);
    const reads = { inBucket, table: { active: () => table.active(), readAll: denied } };
    await expect(campaignNamed('spring', sources, reads)).rejects.toThrow(
      'AWS lets you read the campaigns of some producers only. Name the producer, too, for example crm/spring.',
    );
    await expect(campaignNamed('crm/spring', sources, reads)).rejects.toThrow('not authorized');
  });

  test('is unknown, and its owner may not list the campaigns of others', async () => {
    const { table } = given([crm('spring')]);
    // biome-ignore lint/correctness/useYield: S3 answers the first page with an error.
    async function* inBucket(): AsyncGenerator<CampaignKey> {
      throw Object.assign(new Error('Access Denied'), { name: 'AccessDenied' });
    }
    await expect(campaignNamed('crm/winter', sources, { table, inBucket })).rejects.toThrow(
      'There is no campaign crm/winter. To see all, run: onelink campaign list',
    );
  });

  test('has a record that this release cannot read', async () => {
    const reads = given([]);
    reads.table.corrupt.add('crm/spring');
    await expect(campaignNamed('spring', sources, reads)).rejects.toThrow('The record of crm/spring cannot be read.');
  });
});

test('all campaigns are named once, in order, whether they are active or have ended', async () => {
  const reads = given([crm('spring')], [crm('autumn'), { source: 'studio', name: 'a' }, crm('spring')]);
  await reads.table.list({ ...crm('summer'), drop: 1 });
  const keys = (all: CampaignKey[]) => all.map(({ source, name }) => `${source}/${name}`);
  expect(keys(await allCampaigns(reads))).toEqual(['crm/autumn', 'crm/spring', 'crm/summer', 'studio/a']);
  expect(keys(await allCampaigns(reads, 'studio'))).toEqual(['studio/a']);
});

test('campaigns are listed until an interruption', async () => {
  const { table } = given([]);
  const interruption = new AbortController();
  let listed = 0;
  async function* inBucket() {
    for (;;) {
      if (++listed === 3) interruption.abort();
      yield crm(`campaign-${listed}`);
    }
  }
  expect(await allCampaigns({ table, inBucket }, undefined, interruption.signal)).toHaveLength(2);
});

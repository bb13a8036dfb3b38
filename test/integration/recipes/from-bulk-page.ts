import { readFile } from 'node:fs/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { linksOf, type RecipientLink } from '../../../examples/recipes/crm-dispatch.ts';
import { is } from './outcome-of.ts';
import type { RecipeRun } from './recipe-run.ts';

const example = (ending: string) =>
  readFile(new URL(`../../../examples/recipes/bulk-page.${ending}`, import.meta.url), 'utf8');

/** The tests of docs/recipes/from-bulk-page.md. */
export function fromBulkPageStory(run: () => RecipeRun): void {
  const crm = () => run().producer('crm');
  const madeByPage = { onelinkId: 'A1b3', shortlinkId: 'autumn-de', api: 'bulk', data: { pid: 'newsletter' } } as const;
  const atApi = (shortlinkId: string) =>
    [...run().api.control.links()].find((link) => link.shortlinkId === shortlinkId);

  /** Drops the file of the bulk page, and reads its results. */
  async function dropped(name: string, settings: string): Promise<RecipientLink[]> {
    const { s3, outcomes } = crm();
    const Bucket = run().pipeline.outputs.CampaignBucketName ?? '';
    const put = (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body }));
    await put(`inbox/crm/${name}.campaign.json`, settings);
    await put(`inbox/crm/${name}.csv`, await example('csv'));
    const links: RecipientLink[] = [];
    await run().whileSending(() =>
      outcomes(
        async (outcome) => {
          if (outcome.campaign?.name !== name) return;
          for await (const link of linksOf(outcome, s3)) links.push(link);
        },
        ({ campaign }) => campaign?.name === name,
      ),
    );
    return links;
  }

  test('makes new links of the rows, and leaves those of the bulk page alone: a POST each', async () => {
    // Given
    run().api.control.preload([madeByPage]);
    // When
    let links: RecipientLink[] = [];
    const settings = await example('campaign.json');
    const cost = await run().quotaOf(async () => {
      links = await dropped('autumn-1', settings);
    });
    // Then
    expect(links).toEqual(
      ['autumn-de', 'autumn-fr', 'autumn-it'].map((id) => ({
        id,
        status: 'created',
        shortUrl: expect.stringMatching(/^https:.*\/\w{12}$/),
      })),
    );
    expect(cost).toEqual({ create: 3, update: 0, delete: 0 });
    expect(atApi('autumn-de')?.payload).toEqual(madeByPage.data);
    expect(await run().follow(links[0]?.shortUrl ?? '')).toMatch(/^https:\/\/shop\.example\/de\/autumn\?/);
  });

  test('rejects a row that wants the ID of a link of the bulk page, at no cost, and makes the others', async () => {
    let links: RecipientLink[] = [];
    const cost = await run().quotaOf(async () => {
      links = await dropped('autumn-2', '{ "template": "A1b3" }');
    });
    expect(links.map(({ status, reason }) => [status, reason])).toEqual([
      ['rejected', 'shortlink-id-taken'],
      ['created', undefined],
      ['created', undefined],
    ]);
    expect(links[1]?.shortUrl).toBe('https://acme.onelink.me/A1b3/autumn-fr');
    expect(cost).toEqual({ create: 2, update: 0, delete: 0 });
  });

  test('cannot change a link of the bulk page: made-elsewhere, at no cost', async () => {
    const reasons: (string | undefined)[] = [];
    const cost = await run().quotaOf(async () => {
      const change = {
        requestId: 'bulk-update',
        onelinkId: 'A1b3',
        shortlinkId: 'autumn-de',
        data: { pid: 'newsletter' },
      };
      await crm().links('Transactional').update(change);
      await crm().outcomes(({ reason }) => void reasons.push(reason), is('bulk-update', 'rejected'));
    });
    expect(reasons.at(-1)).toBe('made-elsewhere');
    expect(cost).toEqual({ create: 0, update: 0, delete: 0 });
  });
}

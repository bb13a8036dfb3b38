import { expect, test } from 'vitest';
import { linksOf, type Recipient, type RecipientLink, startDispatch } from '../../../examples/recipes/crm-dispatch.ts';
import type { RecipeRun } from './recipe-run.ts';

/** The tests of docs/recipes/crm-dispatch.md. */
export function crmDispatchStory(run: () => RecipeRun): void {
  const crm = () => run().producer('crm');
  const inAnHour = () => new Date(Date.now() + 3_600_000);
  async function* each(recipients: Recipient[]): AsyncGenerator<Recipient> {
    yield* recipients;
  }
  /** Sends a dispatch, and reads its links when it has finished. */
  async function dispatched(name: string, recipients: Recipient[], validUntil = inAnHour()): Promise<RecipientLink[]> {
    const { s3, outcomes } = crm();
    const bucket = run().pipeline.outputs.CampaignBucketName ?? '';
    const links: RecipientLink[] = [];
    await startDispatch({ name, validUntil }, each(recipients), { s3, bucket });
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
  const recipients = [
    { id: '004711', offer: 'o-1' },
    { id: '004712', offer: 'o-2' },
    { id: '004713', offer: 'x'.repeat(3_000) },
  ];
  let first: RecipientLink[];

  test('makes a link for each customer, and names the row that cannot be one: a POST for each link', async () => {
    const cost = await run().quotaOf(async () => {
      first = await dispatched('spring-1', recipients);
    });
    expect(first).toEqual([
      { id: '004711', status: 'created', shortUrl: expect.stringMatching(/^https:.*\/\w{12}$/) },
      { id: '004712', status: 'created', shortUrl: expect.stringMatching(/^https:.*\/\w{12}$/) },
      { id: '004713', status: 'rejected', reason: 'invalid-row' },
    ]);
    expect(cost).toEqual({ create: 2, update: 0, delete: 0 });
    const target = new URL(await run().follow(first[0]?.shortUrl ?? ''));
    expect(target.searchParams.get('deep_link_sub1')).toBe('o-1');
    expect(target.href).not.toContain('004711');
  });

  test('makes only what is missing or changed when it comes again: a call for each difference', async () => {
    const [same, changed] = recipients as [Recipient, Recipient];
    let again: RecipientLink[] = [];
    const cost = await run().quotaOf(async () => {
      again = await dispatched('spring-1', [same, { ...changed, offer: 'o-9' }, { id: '004714', offer: 'o-4' }]);
    });
    expect(again.map(({ id, status }) => [id, status])).toEqual([
      ['004711', 'unchanged'],
      ['004712', 'updated'],
      ['004714', 'created'],
    ]);
    expect(again[1]?.shortUrl).toBe(first[1]?.shortUrl);
    expect(cost).toEqual({ create: 1, update: 1, delete: 0 });
  });

  test('keeps a digest of the customer with each link, by which the link can be erased', async () => {
    const records = await run().pipeline.ledger();
    const { pathname } = new URL(first[0]?.shortUrl ?? '');
    expect(records.get(`link#${pathname.slice(1)}`)?.subject).toMatch(/^[\w+/=-]{20,}$/);
    expect(JSON.stringify([...records])).not.toContain('"subject":"004711"');
  });

  test('makes nothing of a dispatch that comes too late: no call of the quota', async () => {
    let late: RecipientLink[] = [];
    const cost = await run().quotaOf(async () => {
      late = await dispatched('spring-2', recipients.slice(0, 1), new Date(Date.now() - 1_000));
    });
    expect(late).toEqual([{ id: '004711', status: 'rejected', reason: 'invalid-row' }]);
    expect(cost).toEqual({ create: 0, update: 0, delete: 0 });
  });
}

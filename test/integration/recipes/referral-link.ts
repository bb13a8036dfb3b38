import { expect, test } from 'vitest';
import { referralLink } from '../../../examples/recipes/referral-link.ts';
import { ended } from './outcome-of.ts';
import type { RecipeRun } from './recipe-run.ts';

/** The tests of docs/recipes/referral-link.md. */
export function referralLinkStory(run: () => RecipeRun): void {
  const linkOf = (customer: string) => referralLink(customer, run().http);

  test('gives a customer the same link, however often it is asked for: a POST in all', async () => {
    let all: (string | undefined)[] = [];
    const cost = await run().quotaOf(async () => {
      all = await Promise.all(['77120', '77120', '77120'].map(linkOf));
      all.push(await linkOf('77120'));
    });
    expect(all[0]).toMatch(/^https:\/\/acme\.onelink\.me\/A1b3\/\w{12}$/);
    expect(new Set(all).size).toBe(1);
    expect(cost).toEqual({ create: 1, update: 0, delete: 0 });
    expect(new URL(await run().follow(all[0] ?? '')).searchParams.get('af_sub1')).toBe('77120');
  });

  test('lives for 90 days from the last click', async () => {
    const shortUrl = (await linkOf('77121')) ?? '';
    const days = (count: number) => run().api.control.moveClock({ advanceMilliseconds: count * 86_400_000 });
    days(89);
    expect(await run().follow(shortUrl)).not.toBe(ended);
    days(89);
    expect(await run().follow(shortUrl)).not.toBe(ended);
    days(91);
    expect(await run().follow(shortUrl)).toBe(ended);
  });

  test('takes odd numbers of customers, and refuses a wrong key', async () => {
    expect(await linkOf('a/b ü#1')).toMatch(/^https:/);
    await expect(referralLink('77122', { ...run().http, key: 'wrong' })).rejects.toThrow(
      'the referral link of a customer',
    );
  });
}

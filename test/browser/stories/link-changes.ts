import { expect, test } from 'vitest';
import { type Given, goTo, minutesUntilTrue } from '../world/given.ts';

/** What an operator sends for one link, as its producer would. */
export function linkChangesStory(given: () => Given): void {
  test('a link is updated and retired, and both sides and its story have it', async () => {
    const { visitor, run, made } = given();
    const { page } = visitor;
    const shortUrl = made?.shortUrl ?? expect.fail('the campaign made no link');
    const atApi = async () =>
      (await run.world.api.links()).find(({ shortlinkId }) => shortUrl.endsWith(`/${shortlinkId}`));

    // Given a link that somebody has found, on a page that knows no search before
    await goTo(visitor, 'overview', 'Overview');
    await goTo(visitor, 'links', 'Links');
    await page.getByLabel('Short URL, or template and ID').fill(shortUrl);
    await page.getByRole('button', { name: 'Find', exact: true }).click();

    // When they update one of its values, with all present ones in sight
    await page.getByRole('button', { name: 'Update the link' }).click();
    const update = page.getByRole('dialog', { name: 'Update the link' });
    expect(await update.getByLabel('Value of deep_link_value').inputValue()).toBe('trips/krakow');
    const faults = await visitor.look('link-update');
    await update.getByLabel('Value of deep_link_value').fill('trips/wien');
    await update.getByRole('button', { name: 'Update the link' }).click();

    // Then the page names the command, without the value, and the API has the value
    await page.getByText(/^The command is in the lane /).waitFor();
    const verb = await page.getByRole('status').locator('code').first().innerText();
    expect(verb).toContain('"deep_link_value":"<value>"');
    expect(verb).not.toContain('wien');
    await minutesUntilTrue(
      given(),
      async () => (await atApi())?.payload.deep_link_value === 'trips/wien',
      'the API has the new value',
    );
    expect((await atApi())?.payload).toMatchObject({ af_sub1: '00812609', c: 'summer' });

    // When they retire it
    await page.getByRole('button', { name: 'Retire the link' }).click();
    const retire = page.getByRole('dialog', { name: 'Retire the link' });
    await retire.getByText('The link stops working, and its ID does not come back.').waitFor();
    await retire.getByRole('button', { name: 'Retire the link' }).click();
    await minutesUntilTrue(given(), async () => (await atApi()) === undefined, 'the API has no such link');

    // Then no command can change it any more, and its story has its end
    await page.reload();
    await page.getByText('No command can change this link.').waitFor();
    await expect
      .poll(() => page.locator('ol.story').innerText(), { timeout: 10_000 })
      .toMatch(/the link is deleted, version 3; .*last changed by console-/);
    expect(faults).toEqual([]);
  });
}

import { expect, test } from 'vitest';
import { type Given, goTo } from '../world/given.ts';

/** What a link is, and how it came to be. */
export function linkStory(given: () => Given): void {
  test('a link is found and traced, and its values are shown on demand only', async () => {
    const { visitor, made } = given();
    const { page } = visitor;
    const shortUrl = made?.shortUrl ?? expect.fail('the campaign made no link');
    const id = shortUrl.slice(shortUrl.lastIndexOf('/') + 1);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));

    // When somebody searches for a short URL
    await goTo(visitor, 'links', 'Links');
    await page.getByLabel('Short URL, or template and ID').fill(shortUrl);
    await page.getByRole('button', { name: 'Find', exact: true }).click();

    // Then both sides and the story are there, without a value
    await page.getByText('Address and values are hidden.').waitFor();
    const story = page.locator('ol.story li');
    await story.first().waitFor();
    expect(await story.count()).toBeGreaterThan(1);
    const main = page.getByRole('main');
    expect(await main.innerText()).not.toContain(id);
    expect(await main.innerText()).not.toContain('trips/krakow');
    const faults = await visitor.look('link-found');
    await visitor.picture('link-found');

    // And an address that can be loaded again, without the ID
    expect(page.url()).not.toContain(id);
    await page.reload();
    await page.getByText('Address and values are hidden.').waitFor();

    // When they ask for the values and the code
    await page.getByRole('button', { name: 'Show values' }).click();
    await page.getByText('trips/krakow').first().waitFor();
    expect(await main.innerText()).toContain(id);
    await page.getByRole('button', { name: 'Show the QR code' }).click();
    const image = page.getByAltText('The QR code of the link');
    await image.waitFor();
    expect(await image.evaluate((element) => (element as HTMLImageElement).naturalWidth)).toBeGreaterThan(50);
    faults.push(...(await visitor.look('link-revealed')));

    // Then no address that the browser asked for has a part of the link
    expect(asked.filter((url) => url.includes(id) || url.includes('krakow'))).toEqual([]);
    expect(faults).toEqual([]);
  });
}

import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { zipEntries } from '../../world/zip-entries.ts';
import { act, type Given, goTo, minutesUntil } from '../world/given.ts';

const sheet = [
  'Customer no,Name,Media source,Campaign,Landing,QR',
  '00812609,Inês Gonçalves,crm_email,summer,trips/krakow,yes',
  '00250610,Jürgen Weiß,crm_email,summer,trips/graz,yes',
  '00736529,Søren Åberg,crm_sms,summer,trips/malmoe,no',
  '00265351,Zoë O’Neil,crm_sms,summer,trips/cork,no',
  '00918273,Łukasz Wójcik,crm_push,summer,trips/gdansk,maybe',
  '',
].join('\r\n');

/** From a spreadsheet to its results, without a command line. */
export function campaignStory(given: () => Given): void {
  test('a spreadsheet becomes a campaign, and comes back with its links and codes', async () => {
    const { visitor, run } = given();
    const { page } = visitor;

    // Given a spreadsheet that is dropped on the page
    await goTo(visitor, 'campaigns', 'Campaigns');
    await page.getByRole('link', { name: 'Start a campaign' }).click();
    await page.getByRole('heading', { name: 'Choose a file' }).waitFor();
    const faults = await visitor.look('campaign-1-choose');
    const dropped = await page.evaluateHandle((text) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], 'summer.csv', { type: 'text/csv' }));
      return transfer;
    }, sheet);
    await page.locator('.drop').dispatchEvent('drop', { dataTransfer: dropped });

    // When its columns are mapped, with samples of the rows in sight
    await page.getByRole('heading', { name: 'What each column becomes' }).waitFor();
    await page.getByText('Inês Gonçalves').waitFor();
    expect(await page.getByLabel('What the column Name becomes').inputValue()).toBe('carry');
    await page.getByLabel('Producer').selectOption('crm');
    await page.getByLabel('Template').selectOption('A1b3');
    await page.getByLabel('Name of the parameter of Customer no').fill('af_sub1');
    await page.getByLabel('Name of the parameter of Landing').fill('deep_link_value');
    await page.getByLabel('What the column QR becomes').selectOption('qr');
    await page.getByLabel('Customer no identifies a row').check();
    await page.getByLabel('Somebody must approve it before it is sent').check();
    faults.push(...(await visitor.look('campaign-2-columns')));
    await visitor.picture('campaign-columns');
    await page.getByRole('button', { name: 'Check the file' }).click();

    // Then the report names the row with a fault, and nothing was sent so far
    await page.getByText('4 rows would be sent, and 1 would be rejected').waitFor();
    faults.push(...(await visitor.look('campaign-3-report')));
    await visitor.picture('campaign-report');
    expect((await run.world.api.stats()).links.made).toBe(0);
    await page.getByRole('button', { name: 'Start the campaign' }).click();
    await page.getByRole('button', { name: 'Start it' }).click();

    // When somebody approves it
    await page.getByRole('heading', { level: 1, name: 'summer' }).waitFor();
    await minutesUntil(given(), page.getByText('Waits for approval'));
    const verb = await act(visitor, /^Approve/, 'Approve', 'The list is the one of 28 November');
    expect(verb).toContain('npx onelink campaign approve crm/summer');
    expect(verb).toContain('The list is the one of 28 November');

    // Then its rows have their links, and the results are the spreadsheet with them
    await minutesUntil(given(), page.getByText('Finished'));
    await page.getByText('5 of 5 rows done').first().waitFor();
    faults.push(...(await visitor.look('campaign-4-finished')));
    await visitor.picture('campaign-finished');
    const results = (await download(given(), 'Results')).toString();
    const rows = results.trimEnd().split(/\r?\n/);
    expect(rows).toHaveLength(6);
    const [, first = ''] = rows;
    expect(first).toContain('00812609');
    expect(first).toContain('Inês Gonçalves');
    const shortUrl = /https:\/\/[^,;\s"]+/.exec(first.slice(first.indexOf('trips/krakow')))?.[0] ?? '';
    const links = await run.world.api.links();
    expect(links).toHaveLength(4);
    expect(links.some(({ shortlinkId }) => shortUrl.endsWith(`/${shortlinkId}`))).toBe(true);
    const codes = zipEntries(await download(given(), 'QR codes'));
    expect([...codes.keys()].filter((name) => name.endsWith('.png'))).toHaveLength(2);
    expect([...zipEntries(await download(given(), 'Print sheet')).keys()]).toContain('print.html');
    expect(faults).toEqual([]);
    given().made = { shortUrl, requestId: '' };
  });
}

async function download({ visitor: { page } }: Given, name: string): Promise<Buffer> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name, exact: true }).click(),
  ]);
  return readFile(await file.path());
}

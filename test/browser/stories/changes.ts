import { expect, test } from 'vitest';
import { act, type Given, goTo, minutesUntil } from '../world/given.ts';

/** What an operator changes by hand: a lane, a link, and what the audit has of it. */
export function changesStory(given: () => Given): void {
  test('a lane is paused and resumed with a reason', async () => {
    const { visitor } = given();
    const { page } = visitor;
    await goTo(visitor, 'overview', 'Overview');
    const paused = await act(visitor, 'Pause the lane campaign', 'Pause', 'The rates are wrong');
    expect(paused).toContain("npx onelink pause campaign --reason 'The rates are wrong'");
    await minutesUntil(given(), page.getByText('An operator paused the work. “The rates are wrong”'));
    await act(visitor, 'Resume the lane campaign', 'Resume', 'The rates are right');
    await minutesUntil(given(), page.getByRole('row', { name: /^campaign commands.*Open/ }));
  });

  test('a link gets another value, and is retired', async () => {
    const { visitor, made } = given();
    const { page } = visitor;
    const shortUrl = made?.shortUrl ?? expect.fail('the campaign made no link');
    const find = async () => {
      await goTo(visitor, 'links', 'Links');
      await page.getByLabel('Short URL, or template and ID').fill(shortUrl);
      await page.getByRole('button', { name: 'Find', exact: true }).click();
      await page.getByRole('heading', { name: 'Change it' }).waitFor();
    };

    // When somebody updates one value
    await find();
    await page.getByRole('button', { name: 'Update the link' }).click();
    const update = page.getByRole('dialog', { name: 'Update the link' });
    await update.getByLabel('Value of deep_link_value').fill('trips/lviv');
    await update.getByRole('button', { name: 'Update the link' }).click();
    await page.getByText('The command is in the lane').waitFor();
    expect(await page.getByRole('status').locator('code').innerText()).toContain('npx onelink send command.json');
    await page.getByRole('link', { name: /^Follow the request console-/ }).click();

    // Then its request is found, with the new value on both sides
    await page.getByRole('button', { name: 'Show values' }).click();
    await page.getByText('trips/lviv').first().waitFor();

    // And when they retire it, it is deleted
    await find();
    await page.getByRole('button', { name: 'Retire the link' }).click();
    await page
      .getByRole('dialog', { name: 'Retire the link' })
      .getByRole('button', { name: 'Retire the link' })
      .click();
    await page.getByText('The command is in the lane').waitFor();
    await expect.poll(async () => (await given().run.world.api.links()).length).toBeGreaterThan(0);
    await find();
    await page.getByText('No command can change this link.').waitFor();
  });

  test('the audit has each of these acts, with its reason', async () => {
    const { visitor } = given();
    await goTo(visitor, 'audit', 'Audit');
    for (const reason of ['The rates are wrong', 'Nobody knows it', 'The cause is gone', 'The queue takes it now'])
      await visitor.page.getByText(reason).first().waitFor();
  });
}

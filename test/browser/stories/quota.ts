import { expect, test } from 'vitest';
import { creates } from '../../../local/start/scenarios/commands.ts';
import { act, type Given, goTo, minutesUntil, minutesUntilTrue } from '../world/given.ts';

/** The month's calls are spent. Commands wait in the archive, and an operator brings them back. */
export function quotaStory(given: () => Given): void {
  test('a spent quota parks commands, and they are replayed', async () => {
    const { visitor, run } = given();
    const { page } = visitor;
    const { world } = run;
    const before = (await world.api.stats()).links.made;

    // Given a spent quota
    await goTo(visitor, 'emulator', 'Emulator');
    await page.getByLabel('Calls left this month').fill('0');
    await page.getByRole('button', { name: 'Set the quota' }).click();
    await goTo(visitor, 'overview', 'Overview');
    await minutesUntil(given(), page.getByText(/lanes? .*parking$/));

    // When commands arrive, they are parked, and the page leads to them
    await world.send(creates({ lane: 'campaign', name: 'no-quota', commands: 25, requestedAt: world.time.iso() }));
    await world.answeredOrParked();
    const faults = await visitor.look('overview-quota');
    await page.getByRole('link', { name: 'Show what is parked' }).first().click();
    await page.getByRole('heading', { level: 1, name: 'Stuck work' }).waitFor();
    await minutesUntil(given(), page.getByRole('row', { name: /^(Select the lane campaign )?campaign 25 / }));
    faults.push(...(await visitor.look('stuck-parked')));
    await visitor.picture('stuck-parked');

    // And when there is quota again, they are replayed with a reason
    await goTo(visitor, 'emulator', 'Emulator');
    await page.getByRole('button', { name: 'End all of them' }).click();
    await goTo(visitor, 'stuck/parked', 'Stuck work');
    await page.getByLabel('Select the lane campaign').check();
    const verb = await act(visitor, /^Replay now/, 'Replay now', 'The quota was raised');
    expect(verb).toContain('npx onelink parked replay');
    await minutesUntil(given(), page.getByText('Nothing is parked'));
    await minutesUntilTrue(
      given(),
      async () => (await world.api.stats()).links.made === before + 25,
      'a link for each command',
    );
    expect(faults).toEqual([]);
  });
}

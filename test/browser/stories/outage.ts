import { expect, test } from 'vitest';
import { creates } from '../../../local/start/scenarios/commands.ts';
import { type Given, goTo, minutesUntil, minutesUntilTrue } from '../world/given.ts';

/** The API is unavailable. Nobody has to act. */
export function outageStory(given: () => Given): void {
  test('an outage is seen, and waited out', async () => {
    const { visitor, run } = given();
    const { page } = visitor;
    const { world } = run;
    const before = (await world.api.stats()).links.made;

    // Given an outage, rehearsed on the page, and commands that meet it
    await goTo(visitor, 'emulator', 'Emulator');
    await page.getByRole('button', { name: 'Begin: Outage' }).click();
    await page.getByRole('heading', { name: 'Faults (1)' }).waitFor();
    await world.send(creates({ lane: 'campaign', name: 'in-outage', commands: 30, requestedAt: world.time.iso() }));

    // Then the first screen has what is wrong, why, and what to do
    await goTo(visitor, 'overview', 'Overview');
    const wrong = page.getByRole('listitem').filter({ hasText: 'All lanes are paused' });
    await minutesUntil(given(), wrong);
    expect(await wrong.innerText()).toContain('The API is unavailable.');
    expect(await wrong.innerText()).toContain('Work resumes when the API answers again.');
    const faults = await visitor.look('overview-outage');
    await visitor.picture('overview-outage');
    await page.getByRole('link', { name: 'Show the lanes' }).first().click();
    await expect.poll(() => page.url()).toContain('#/overview/lanes');

    // When the API is back, the lanes open by themselves, and every command gets its link
    await goTo(visitor, 'emulator', 'Emulator');
    await page.getByRole('button', { name: 'End all of them' }).click();
    await page.getByRole('heading', { name: 'Faults (0)' }).waitFor();
    await goTo(visitor, 'overview', 'Overview');
    await minutesUntil(given(), page.getByRole('row', { name: /^campaign commands.*Open/ }));
    // Each command has waited for longer after each failure, by ten minutes at most.
    await world.time.leap(10);
    await minutesUntilTrue(
      given(),
      async () => (await world.api.stats()).links.made === before + 30,
      'a link for each command',
    );
    expect(await wrong.count()).toBe(0);
    expect(faults).toEqual([]);
  });
}

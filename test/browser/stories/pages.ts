import { expect, test } from 'vitest';
import { type Given, goTo } from '../world/given.ts';

const pages = [
  ['overview', 'Overview'],
  ['campaigns', 'Campaigns'],
  ['links', 'Links'],
  ['links/campaign/crm/summer', 'Links of summer'],
  ['stuck/quarantine', 'Stuck work'],
  ['stuck/held', 'Stuck work'],
  ['stuck/dead-letters', 'Stuck work'],
  ['alarms', 'Alarms'],
  ['audit', 'Audit'],
  ['emulator', 'Emulator'],
] as const;

/** The pages that no story has looked at. */
export function pageViews(given: () => Given): void {
  test.each(pages)(
    'the page %s is readable on a telephone and a large screen, by day and by night',
    async (place, heading) => {
      const { visitor } = given();
      await goTo(visitor, place, heading);
      await expect.poll(() => visitor.page.locator('main').innerText()).not.toMatch(/Loading|Reading/);
      const name = place.replaceAll('/', '-');
      expect(await visitor.look(name)).toEqual([]);
      if (['overview', 'alarms', 'audit', 'emulator'].includes(place)) await visitor.picture(name);
    },
  );
}

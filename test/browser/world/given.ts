import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import type { ConsoleRun } from './running-console.ts';
import type { Visitor } from './visitor.ts';

/** What the stories share: one run, and one visitor of its console. */
export interface Given {
  run: ConsoleRun;
  visitor: Visitor;
  /** The link that a story made, for the next one. */
  made?: { shortUrl: string; requestId: string };
}

/** Opens a page of the console by its address. */
export async function goTo({ page }: Visitor, place: string, heading: string | RegExp): Promise<void> {
  const { origin } = new URL(page.url());
  await page.goto(`${origin}/#/${place}`);
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
}

/** Ample: on a busy machine the page reads its numbers late, while the minutes pass. */
const enoughMinutes = 40;

/** Lets simulated minutes pass until the page shows something. Whatever it waits for must stay until the story goes on. */
export async function minutesUntil(given: Given, shown: Locator): Promise<void> {
  await minutesUntilTrue(given, () => isSoon(shown), `the page shows ${shown}`);
}

/** Lets simulated minutes pass until something is true. Work goes on meanwhile, such as the sending of a campaign. */
export async function minutesUntilTrue(
  { run, visitor }: Given,
  isTrue: () => Promise<boolean>,
  what: string,
): Promise<void> {
  for (let minutes = 0; !(await isTrue()); minutes++) {
    if (minutes === enoughMinutes) throw new Error(`${what}: not after ${enoughMinutes} simulated minutes`);
    await run.world.time.step(1, { inWork: true });
    await visitor.setClock();
  }
}

/** A page reads its numbers every few seconds. Meanwhile the next minute may pass. */
const readsWithinMilliseconds = 1_000;

const isSoon = (shown: Locator) =>
  shown
    .first()
    .waitFor({ timeout: readsWithinMilliseconds })
    .then(
      () => true,
      () => false,
    );

/** Confirms an act in its dialog, and waits for its end. @returns the command line that it equals */
export async function act(
  { page }: Visitor,
  title: string | RegExp,
  label: string | RegExp,
  reason = '',
): Promise<string> {
  await page.getByRole('button', { name: title }).click();
  const dialog = page.getByRole('dialog', { name: title });
  const confirm = dialog.getByRole(
    'button',
    typeof label === 'string' ? { name: label, exact: true } : { name: label },
  );
  await confirm.waitFor();
  if (reason !== '') await dialog.getByLabel(/^Reason/).fill(reason);
  await confirm.click();
  await dialog.waitFor({ state: 'detached' });
  const run = page.getByRole('region', { name: 'Acts of this console' }).getByRole('article').first();
  // On a busy machine, an act may outlast the default patience.
  await expect.poll(() => run.innerText(), { timeout: 60_000 }).toMatch(/Done|All \d+ done|[Ff]ailed/);
  expect(await run.innerText()).toMatch(/Done|All \d+ done/);
  const several = run.getByText('The same at the command line');
  if ((await several.count()) > 0) await several.click();
  const verb = (await run.locator('code').allInnerTexts()).join('\n');
  await run.getByRole('button', { name: /^Dismiss/ }).click();
  return verb;
}

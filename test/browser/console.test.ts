import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../world/temporary-folder.ts';
import { campaignStory } from './stories/campaign.ts';
import { changesStory } from './stories/changes.ts';
import { linkStory } from './stories/link.ts';
import { linkChangesStory } from './stories/link-changes.ts';
import { outageStory } from './stories/outage.ts';
import { pageViews } from './stories/pages.ts';
import { quotaStory } from './stories/quota.ts';
import { readOnlyAndOthers } from './stories/read-only.ts';
import { stuckStory } from './stories/stuck.ts';
import { startBrowser } from './world/browser.ts';
import type { Given } from './world/given.ts';
import { startConsoleRun } from './world/running-console.ts';
import { visit } from './world/visitor.ts';

const browser = await startBrowser();
const folder = await temporaryFolder(afterAll);

describe.skipIf(browser === undefined)('the console in a browser', { timeout: 300_000 }, () => {
  if (browser === undefined) return;
  let shared: Given | undefined;
  const given = () => shared ?? expect.fail('the run has not started');

  beforeAll(async () => {
    const run = await startConsoleRun(folder);
    shared = { run, visitor: await visit(browser, run.console.address, () => run.world.time.now()) };
  });
  afterAll(async () => {
    await browser.close();
    await shared?.run.stop();
  });

  campaignStory(given);
  linkStory(given);
  linkChangesStory(given);
  outageStory(given);
  quotaStory(given);
  stuckStory(given);
  changesStory(given);
  pageViews(given);
  readOnlyAndOthers(browser, given);

  test('no story met an error, a refused resource or another host in the browser', () => {
    expect(given().visitor.faults).toEqual([]);
    expect(given().run.printed).toEqual([]);
  });
});

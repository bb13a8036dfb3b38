import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../world/temporary-folder.ts';
import { startBrowser } from './world/browser.ts';
import { type ConsoleRun, startConsoleRun } from './world/running-console.ts';
import { type Visitor, visit } from './world/visitor.ts';

const browser = await startBrowser();
const folder = await temporaryFolder(afterAll);
let run: ConsoleRun;
let visitor: Visitor;

describe.skipIf(browser === undefined)('the console in a browser', () => {
  beforeAll(async () => {
    run = await startConsoleRun(folder);
    visitor = await visit(browser!, run.console.address, () => run.world.time.now());
  });
  afterAll(async () => {
    await browser?.close();
    await run?.stop();
  });

  test('smoke', async () => {
    const { page } = visitor;
    for (const name of ['overview', 'campaigns', 'links', 'stuck', 'alarms', 'audit', 'emulator']) {
      await page.goto(`${new URL(run.console.address).origin}/#/${name}`);
      await page.waitForTimeout(3000);
      console.log(name, await page.locator('main').innerText());
      console.log(await visitor.look(name));
    }
    console.log(visitor.faults, run.printed);
  });
});

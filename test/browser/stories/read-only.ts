import { createServer } from 'node:http';
import type { Browser } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { type Given, goTo } from '../world/given.ts';
import { visit } from '../world/visitor.ts';

/** What the browser and the server together prevent. */
export function readOnlyAndOthers(browser: Browser, given: () => Given): void {
  test('with --read-only no button acts, and the server refuses', async () => {
    const { run } = given();
    const visitor = await visit(browser, run.readOnly.address, () => run.world.time.now());
    onTestFinished(() => visitor.page.context().close());
    const { page, faults } = visitor;
    await page.getByText('read-only').first().waitFor();
    await page.getByRole('row', { name: 'campaign commands for links' }).waitFor();
    expect(await page.getByRole('button', { name: /^(Pause|Resume)/ }).count()).toBe(0);
    await goTo(visitor, 'campaigns', 'Campaigns');
    await page.getByText('All campaigns').waitFor();
    expect(await page.getByRole('link', { name: 'Start a campaign' }).count()).toBe(0);
    await goTo(visitor, 'emulator', 'Emulator');
    await page.getByText('This console is read-only').waitFor();
    expect(await page.getByRole('button', { name: /^(Begin|End|Set|Move|Add)/ }).count()).toBe(0);
    expect(faults).toEqual([]);

    // The page's own requests, without its buttons
    const answers = await page.evaluate(async () => {
      const post = async (path: string, body: object) => {
        const headers = { 'content-type': 'application/json' };
        const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
        return [response.status, ((await response.json()) as { code: string }).code];
      };
      return [
        await post('/api/acts', { acts: [{ name: 'resume', lanes: ['campaign'] }], confirm: true }),
        await post('/api/emulator/rehearse', { name: 'outage' }),
        await post('/api/links/change', {
          by: 'request',
          source: 'crm',
          requestId: 'r',
          action: 'qr',
          lane: 'campaign',
          confirm: true,
        }),
      ];
    });
    expect(answers).toEqual([
      [403, 'read-only'],
      [403, 'read-only'],
      [403, 'read-only'],
    ]);
  });

  test('another page in the same browser neither reads nor acts, although it is on loopback, too', async () => {
    // Given a page of another port, in the browser that is signed in. Cookies do not tell ports apart
    const { run, visitor } = given();
    const foreign = createServer((_, response) =>
      response.setHeader('content-type', 'text/html').end('<h1>Prize</h1>'),
    );
    await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void foreign.close());
    const address = foreign.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const page = await visitor.page.context().newPage();
    onTestFinished(() => page.close());
    await page.goto(`http://127.0.0.1:${port}/`);
    const target = `http://127.0.0.1:${run.console.port}`;

    const actsBegun = () => visitor.page.evaluate(async () => (await fetch('/api/acts')).text());
    const before = await actsBegun();

    // When it tries each way to the console that a page has
    const read = await page.evaluate(async (origin) => {
      const asked = (path: string, options: RequestInit) =>
        fetch(`${origin}${path}`, { credentials: 'include', ...options }).then(
          async (response) => `${response.type} ${await response.text()}`,
          () => 'failed',
        );
      const framed = document.createElement('iframe');
      framed.src = `${origin}/`;
      const loaded = new Promise((resolve) => framed.addEventListener('load', resolve));
      document.body.append(framed);
      await loaded;
      const act = JSON.stringify({ acts: [{ name: 'pause', lanes: ['campaign'] }], reason: 'x', confirm: true });
      return [
        await asked('/api/session', {}),
        await asked('/api/overview', { mode: 'no-cors' }),
        await asked('/api/acts', { method: 'POST', mode: 'no-cors', body: act }),
        await asked('/api/acts', { method: 'POST', headers: { 'content-type': 'application/json' }, body: act }),
      ];
    }, target);

    // Then it reads nothing, it shows nothing in its frame, and no act has begun
    expect(read).toEqual(['failed', 'failed', 'failed', 'failed']);
    const frame = page.frames().find((one) => one !== page.mainFrame());
    expect(await frame?.content()).not.toContain('id="page"');
    expect(await actsBegun()).toEqual(before);
  });
}

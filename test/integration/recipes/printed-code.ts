import { readFile } from 'node:fs/promises';
import { afterAll, expect, test } from 'vitest';
import type { Outcome } from '../../../client/index.ts';
import { makeCode, redirectCode, saveCode } from '../../../examples/recipes/printed-code.ts';
import { pictureIn } from '../../../local/start/report/qr-picture.ts';
import { temporaryFolder } from '../../world/temporary-folder.ts';
import { is } from './outcome-of.ts';
import type { RecipeRun } from './recipe-run.ts';

/** The tests of docs/recipes/printed-code.md. */
export function printedCodeStory(run: () => RecipeRun): void {
  const poster = {
    id: 'berlin07',
    order: '4711',
    destination: 'https://shop.example/berlin',
    until: new Date('2036-12-31T00:00:00Z'),
  };
  const links = () => run().producer('studio').links('Campaign');
  const linkAtApi = (id: string) =>
    [...run().api.control.links()].find(({ shortlinkId }) => shortlinkId === id) ?? expect.fail('no link');
  let code: string | undefined;

  test('makes an image of the branded address for the printer: a POST', async () => {
    const { s3, outcomes } = run().producer('studio');
    const folder = await temporaryFolder(afterAll);
    let file: string | undefined;
    const cost = await run().quotaOf(async () => {
      await makeCode(links(), poster);
      const save = async (outcome: Outcome) => {
        file = (await saveCode(outcome, s3, folder)) ?? file;
      };
      await outcomes(save, is('poster-4711', 'qr-ready'));
    });
    const picture = pictureIn(await readFile(file ?? ''), 'png');
    code = picture.text;
    expect([picture.text, picture.width]).toEqual(['https://go.acme.example/A1b3/berlin07', 2_000]);
    expect(await run().follow(code ?? '')).toMatch(/^https:\/\/shop\.example\/berlin\?/);
    expect(cost).toEqual({ create: 1, update: 0, delete: 0 });
  });

  test('leads the printed code to another destination, and keeps its years: a PUT', async () => {
    const summer = { ...poster, destination: 'https://shop.example/berlin/summer' };
    const cost = await run().quotaOf(async () => {
      await redirectCode(links(), summer, 'summer');
      await run()
        .producer('studio')
        .outcomes(() => {}, is('poster-4711-summer', 'updated'));
    });
    expect(await run().follow(code ?? '')).toMatch(/^https:\/\/shop\.example\/berlin\/summer\?/);
    expect(linkAtApi(poster.id)).toMatchObject({ ttl: 365 * 86_400 });
    expect(cost).toEqual({ create: 0, update: 1, delete: 0 });
  });

  test('is renewed a week before it ends, without a click: a PUT every 358 days', async () => {
    // Given a poster whose link was made 359 days ago
    const old = { ...poster, id: 'bremen02', order: '4712' };
    const now = Date.now();
    run().api.control.moveClock({ set: now - 359 * 86_400_000 });
    await makeCode(links(), old);
    await run()
      .producer('studio')
      .outcomes(() => {}, is('poster-4712', 'created'));
    run().api.control.moveClock({ set: now });
    // When
    const cost = await run().quotaOf(async () => {
      await run().pipeline.expireInLedger('A1b3/bremen02');
      await run()
        .producer('studio')
        .outcomes(() => {}, is('poster-4712', 'renewed'));
    });
    // Then
    expect(cost).toEqual({ create: 0, update: 1, delete: 0 });
    const { expiry } = linkAtApi(old.id);
    expect(Math.round((Date.parse(expiry) - now) / 86_400_000)).toBe(365);
    const record = (await run().pipeline.ledger()).get('link#A1b3/bremen02');
    // The next check is 358 days later.
    expect(Number(record?.linkExpiresAt) - Number(record?.expiresAt)).toBe(7 * 86_400);
  });
}

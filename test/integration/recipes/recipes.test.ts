import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Outcome } from '../../../client/index.ts';
import { linksOf, type Recipient, type RecipientLink, startDispatch } from '../../../examples/recipes/crm-dispatch.ts';
import {
  endCode,
  newShortlinkId,
  type Screens,
  showOutcome,
  startCode,
  type TvSession,
} from '../../../examples/recipes/tv-session.ts';
import { pictureIn } from '../../../local/start/report/qr-picture.ts';
import { recipeRun } from './recipe-run.ts';

let run: Awaited<ReturnType<typeof recipeRun>>;
beforeAll(async () => {
  run = await recipeRun();
}, 180_000);
afterAll(() => run?.stop());

/** Where a template's links lead when they have ended. */
const ended = 'https://www.acme.example/';
const is = (requestId: string, outcome: Outcome['outcome']) => (one: Outcome) =>
  one.requestId === requestId && one.outcome === outcome;

describe('docs/recipes/tv-session.md', () => {
  /** A television that shows one session. */
  function givenScreen(openSession: string) {
    const shown: (Uint8Array | 'no code')[] = [];
    const screens: Screens = {
      isOpen: (session) => session === openSession,
      showCode: (_, png) => void shown.push(png),
      showNoCode: () => void shown.push('no code'),
    };
    return { shown, screens };
  }
  const givenSession = (id: string, startedAt = new Date()): TvSession => ({
    id,
    shortlinkId: newShortlinkId(),
    startedAt,
  });
  const product = () => run.producer('product');
  const until = ({ screens }: { screens: Screens }, isLast: (outcome: Outcome) => boolean) => {
    const { s3, outcomes } = product();
    return outcomes((outcome) => showOutcome(outcome, screens, s3), isLast);
  };

  test('shows a code that leads into the session, and ends with it: a POST and a DELETE', async () => {
    // Given
    const session = givenSession('s-1');
    const screen = givenScreen('s-1');
    const links = product().links('Transactional');
    // When
    const cost = await run.quotaOf(async () => {
      await startCode(links, session);
      await until(screen, is('tv-s-1', 'qr-ready'));
    });
    // Then
    expect(cost).toEqual({ create: 1, update: 0, delete: 0 });
    const [png] = screen.shown;
    const { text, width } = pictureIn(Buffer.from(png as Uint8Array), 'png');
    expect([text, width]).toEqual([`https://acme.onelink.me/A1b3/${session.shortlinkId}`, 600]);
    const target = new URL(await run.follow(text ?? ''));
    expect(Object.fromEntries(target.searchParams)).toMatchObject({
      deep_link_value: 'continue',
      deep_link_sub1: 's-1',
    });
    // When the session ends
    const costOfEnd = await run.quotaOf(async () => {
      await endCode(links, session);
      await until(screen, is('tv-s-1-end', 'deleted'));
    });
    // Then
    expect(costOfEnd).toEqual({ create: 0, update: 0, delete: 1 });
    expect(await run.follow(text ?? '')).toBe(ended);
    expect((await run.pipeline.objects('QrBucketName')).has(`qr/product/A1b3/${session.shortlinkId}.png`)).toBe(false);
  });

  test('makes no link for a session that has ended before: no call of the quota', async () => {
    const session = givenSession('s-2', new Date(Date.now() - 1_000));
    const screen = givenScreen('none');
    const links = product().links('Transactional');
    const cost = await run.quotaOf(async () => {
      await endCode(links, session);
      await until(screen, is('tv-s-2-end', 'deleted'));
      await startCode(links, session);
      await until(screen, is('tv-s-2', 'superseded'));
    });
    expect(cost).toEqual({ create: 0, update: 0, delete: 0 });
    expect(screen.shown).toEqual([]);
  });

  test('shows no code if it would come too late', async () => {
    const session = givenSession('s-3', new Date(Date.now() - 11 * 60_000));
    const screen = givenScreen('s-3');
    await startCode(product().links('Transactional'), session);
    await until(screen, is('tv-s-3', 'stale'));
    expect(screen.shown).toEqual(['no code']);
  });

  test('ends by itself after ten minutes, scanned or not, if nothing ends it', async () => {
    const session = givenSession('s-4');
    await startCode(product().links('Transactional'), session);
    await until(givenScreen('s-4'), is('tv-s-4', 'created'));
    const shortUrl = `https://acme.onelink.me/A1b3/${session.shortlinkId}`;
    run.api.control.moveClock({ advanceMilliseconds: 9 * 60_000 });
    expect(await run.follow(shortUrl)).not.toBe(ended);
    run.api.control.moveClock({ advanceMilliseconds: 61_000 });
    expect(await run.follow(shortUrl)).toBe(ended);
  });
});

describe('docs/recipes/crm-dispatch.md', () => {
  const crm = () => run.producer('crm');
  const inAnHour = () => new Date(Date.now() + 3_600_000);
  async function* each(recipients: Recipient[]): AsyncGenerator<Recipient> {
    yield* recipients;
  }
  /** Sends a dispatch, and reads its links when it has finished. */
  async function dispatched(name: string, recipients: Recipient[], validUntil = inAnHour()): Promise<RecipientLink[]> {
    const { s3, outcomes } = crm();
    const bucket = run.pipeline.outputs.CampaignBucketName ?? '';
    const links: RecipientLink[] = [];
    await startDispatch({ name, validUntil }, each(recipients), { s3, bucket });
    await run.whileSending(() =>
      outcomes(
        async (outcome) => {
          if (outcome.campaign?.name !== name) return;
          for await (const link of linksOf(outcome, s3)) links.push(link);
        },
        ({ campaign }) => campaign?.name === name,
      ),
    );
    return links;
  }
  const recipients = [
    { id: '004711', offer: 'o-1' },
    { id: '004712', offer: 'o-2' },
    { id: '004713', offer: 'x'.repeat(3_000) },
  ];
  let first: RecipientLink[];

  test('makes a link for each customer, and names the row that cannot be one: a POST for each link', async () => {
    const cost = await run.quotaOf(async () => {
      first = await dispatched('spring-1', recipients);
    });
    expect(first).toEqual([
      { id: '004711', status: 'created', shortUrl: expect.stringMatching(/^https:.*\/\w{12}$/) },
      { id: '004712', status: 'created', shortUrl: expect.stringMatching(/^https:.*\/\w{12}$/) },
      { id: '004713', status: 'rejected', reason: 'invalid-row' },
    ]);
    expect(cost).toEqual({ create: 2, update: 0, delete: 0 });
    const target = new URL(await run.follow(first[0]?.shortUrl ?? ''));
    expect(target.searchParams.get('deep_link_sub1')).toBe('o-1');
    expect(target.href).not.toContain('004711');
  });

  test('makes only what is missing or changed when it comes again: a call for each difference', async () => {
    const [same, changed] = recipients as [Recipient, Recipient];
    let again: RecipientLink[] = [];
    const cost = await run.quotaOf(async () => {
      again = await dispatched('spring-1', [same, { ...changed, offer: 'o-9' }, { id: '004714', offer: 'o-4' }]);
    });
    expect(again.map(({ id, status }) => [id, status])).toEqual([
      ['004711', 'unchanged'],
      ['004712', 'updated'],
      ['004714', 'created'],
    ]);
    expect(again[1]?.shortUrl).toBe(first[1]?.shortUrl);
    expect(cost).toEqual({ create: 1, update: 1, delete: 0 });
  });

  test('keeps a digest of the customer with each link, by which the link can be erased', async () => {
    const records = await run.pipeline.ledger();
    const { pathname } = new URL(first[0]?.shortUrl ?? '');
    expect(records.get(`link#${pathname.slice(1)}`)?.subject).toMatch(/^[\w+/=-]{20,}$/);
    expect(JSON.stringify([...records])).not.toContain('"subject":"004711"');
  });

  test('makes nothing of a dispatch that comes too late: no call of the quota', async () => {
    let late: RecipientLink[] = [];
    const cost = await run.quotaOf(async () => {
      late = await dispatched('spring-2', recipients.slice(0, 1), new Date(Date.now() - 1_000));
    });
    expect(late).toEqual([{ id: '004711', status: 'rejected', reason: 'invalid-row' }]);
    expect(cost).toEqual({ create: 0, update: 0, delete: 0 });
  });
});

import { expect, test } from 'vitest';
import type { Outcome } from '../../../client/index.ts';
import {
  endCode,
  newShortlinkId,
  type Screens,
  showOutcome,
  startCode,
  type TvSession,
} from '../../../examples/recipes/tv-session.ts';
import { pictureIn } from '../../../local/start/report/qr-picture.ts';
import { ended, is } from './outcome-of.ts';
import type { RecipeRun } from './recipe-run.ts';

/** The tests of docs/recipes/tv-session.md. */
export function tvSessionStory(run: () => RecipeRun): void {
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
  const product = () => run().producer('product');
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
    const cost = await run().quotaOf(async () => {
      await startCode(links, session);
      await until(screen, is('tv-s-1', 'qr-ready'));
    });
    // Then
    expect(cost).toEqual({ create: 1, update: 0, delete: 0 });
    const [png] = screen.shown;
    const { text, width } = pictureIn(Buffer.from(png as Uint8Array), 'png');
    expect([text, width]).toEqual([`https://acme.onelink.me/A1b3/${session.shortlinkId}`, 600]);
    const target = new URL(await run().follow(text ?? ''));
    expect(Object.fromEntries(target.searchParams)).toMatchObject({
      deep_link_value: 'continue',
      deep_link_sub1: 's-1',
    });
    // When the session ends
    const costOfEnd = await run().quotaOf(async () => {
      await endCode(links, session);
      await until(screen, is('tv-s-1-end', 'deleted'));
    });
    // Then
    expect(costOfEnd).toEqual({ create: 0, update: 0, delete: 1 });
    expect(await run().follow(text ?? '')).toBe(ended);
    expect((await run().pipeline.objects('QrBucketName')).has(`qr/product/A1b3/${session.shortlinkId}.png`)).toBe(
      false,
    );
  });

  test('makes no link for a session that has ended before: no call of the quota', async () => {
    const session = givenSession('s-2', new Date(Date.now() - 1_000));
    const screen = givenScreen('none');
    const links = product().links('Transactional');
    const cost = await run().quotaOf(async () => {
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
    run().api.control.moveClock({ advanceMilliseconds: 9 * 60_000 });
    expect(await run().follow(shortUrl)).not.toBe(ended);
    run().api.control.moveClock({ advanceMilliseconds: 61_000 });
    expect(await run().follow(shortUrl)).toBe(ended);
  });
}

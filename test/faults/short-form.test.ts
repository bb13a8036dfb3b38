import { afterAll, describe, expect, it } from 'vitest';
import { type Dialect, dialects } from '../../lambdas/domain/onelink/dialect.ts';
import { forgetAssembly } from '../world/assembly.ts';
import { isSound } from './agreement/account.ts';
import { allAtOnce } from './scenarios/all-at-once/all-at-once.ts';
import { campaignCrashPoints } from './scenarios/campaign/campaign-crash-points.ts';
import { crashPoints } from './scenarios/crash-points.ts';
import { httpCrashPoints } from './scenarios/http/http-crash-points.ts';
import { isAsExpected, lostAnswers, type Spoiling } from './scenarios/lost-answers.ts';

const quietly = () => {};

afterAll(forgetAssembly);

/** A part of `npm run test:faults`, which docs/reliability.md describes. */
describe.runIf(process.platform === 'linux')('crashes and lost answers', () => {
  it.each(dialects)(
    'lead to one link for a create by API %s, at whichever request its worker is killed',
    {
      timeout: 240_000,
    },
    async (dialect) => {
      const { accounts, results } = await crashPoints(['create, derived ID'], 1, quietly, dialect);
      expect(accounts.flatMap(({ disagreements }) => disagreements)).toEqual([]);
      expect(accounts.map(isSound)).toEqual([true]);
      const sides = (kill: 'before' | 'after') =>
        results.filter((one) => one.kill === kill).map(({ request }) => request);
      const requests = [
        'secretsManager GetSecretValue',
        'dynamodb BatchGetItem control',
        'dynamodb BatchGetItem request',
        'onelink create',
        'dynamodb PutItem link',
        'dynamodb PutItem request',
        'sns PublishBatch',
      ];
      expect(sides('before')).toEqual(expect.arrayContaining(requests));
      expect(sides('after')).toEqual(expect.arrayContaining(requests));
      const { length } = results;
      // One more create ran without a kill, to show which requests there are. On a slow machine, there may be more.
      const links = accounts[0]?.linksMade ?? 0;
      expect(links - length).toBeGreaterThanOrEqual(1);
      expect(accounts[0]).toMatchObject({
        kills: length,
        distinctCreates: links,
        lost: 0,
        duplicates: 0,
      });
      const outcomes = new Set(results.flatMap(({ outcome }) => outcome ?? []));
      expect([...outcomes]).toEqual(['created']);
    },
  );

  it.each<[Dialect, Spoiling, cells: number]>([
    ['v2.0', '400 internal_error, not applied', 14],
    ['v1.0', '500, not applied', 10],
  ])(
    'lead to the same outcome by API %s, whether or not the API applied the call',
    {
      timeout: 240_000,
    },
    async (dialect, notApplied, count) => {
      const { account, cells } = await lostAnswers(['reset, applied', notApplied], 1, quietly, dialect);
      expect(cells.filter((cell) => !isAsExpected(cell))).toEqual([]);
      expect(cells).toHaveLength(count);
      expect(isSound(account)).toBe(true);
    },
  );

  it('leave no contradiction, together with parking, replay and expiring links, whichever function is killed', {
    timeout: 240_000,
  }, async () => {
    const small = { kills: 1, seed: 1, patienceSeconds: 90, waveSize: 5, killsPerPhase: 1, concurrency: 2 };
    const { account, points, parked, spoiledAnswers, ends } = await allAtOnce(small, quietly);
    // First, because the list names the contradictions.
    expect(account.disagreements).toEqual([]);
    expect(account).toMatchObject({ lost: 0, duplicates: 0, unexplainedQuotaCalls: 0 });
    const killed = Map.groupBy(points, ({ function: name }) => name);
    const kills = [...killed].map(([name, all]) => [
      name,
      all.reduce((sum, { before, after }) => sum + before + after, 0),
    ]);
    expect(kills.map(([name]) => name)).toEqual(
      expect.arrayContaining(['expiry worker', 'governor', 'link worker', 'QR worker', 'replayer']),
    );
    expect(kills.filter(([, count]) => count === 0)).toEqual([]);
    expect(parked).toBeGreaterThan(0);
    expect(spoiledAnswers).toBeGreaterThan(0);
    expect(ends.expired).toBeGreaterThan(0);
  });

  it('leave each row of a campaign one status and at most one link, at whichever request its functions are killed', {
    timeout: 400_000,
  }, async () => {
    const small = { rows: 10, seed: 1, randomKills: 0, sides: 'one', patienceSeconds: 90 } as const;
    const { drops, points } = await campaignCrashPoints(small, quietly);
    expect(drops.flatMap(({ disagreements }) => disagreements)).toEqual([]);
    expect(drops.map(({ counts }) => counts)).toEqual([
      { created: 8, rejected: 2, 'not attempted': 0 },
      { created: 2, updated: 1, unchanged: 7, 'not attempted': 0 },
    ]);
    expect(drops.map(({ linksMade }) => linksMade)).toEqual([8, 2]);
    const requests = (name: string) =>
      points.filter((point) => point.function === name && point.before + point.after > 0).length;
    expect(requests('checker')).toBeGreaterThanOrEqual(15);
    expect(requests('sender')).toBeGreaterThanOrEqual(15);
  });

  it('give each repeat of a call over HTTP the same link, at whichever request the HTTP API is killed', {
    timeout: 400_000,
  }, async () => {
    const small = {
      kinds: ['wait'],
      seed: 1,
      randomKills: 0,
      workerKills: 2,
      sides: 'one',
      patienceSeconds: 90,
    } as const;
    const { calls, points, linksMade, ...found } = await httpCrashPoints(small, quietly);
    expect(found.disagreements).toEqual([]);
    const [{ keys, kills, equal } = { keys: 0, kills: 0, equal: 0 }] = calls;
    // Ten more calls wait at the end.
    expect(linksMade).toBe(keys + 10);
    expect([kills >= 8, equal >= 4]).toEqual([true, true]);
    const killedAt = points.filter(({ before, after }) => before + after > 0).map(({ request }) => request);
    expect(killedAt).toEqual(
      expect.arrayContaining([
        'dynamodb PutItem claim',
        'dynamodb PutItem claim taken over',
        'sqs SendMessageBatch',
        'dynamodb UpdateItem sent',
      ]),
    );
  });
});

import { describe, expect, test } from 'vitest';
import { daysOf, type Ended, searchHistory } from '../../../../../cli/pipeline/story/history-search.ts';
import { happeningWords, ofEnded } from '../../../../../cli/pipeline/story/story.ts';
import { type HistoryLine, historyLineOf } from '../../../../../lambdas/domain/link/history-line.ts';
import { givenLinkAt } from '../../../../world/given-ledger.ts';

/** The line of a link that a create made and an update changed, before it ended on 9 March. */
const ended = (shortlinkId = 'poster', expiredAt = '2026-03-09T12:00:00Z'): HistoryLine =>
  historyLineOf(
    givenLinkAt(shortlinkId, {
      requestId: `create ${shortlinkId}`,
      version: 2,
      applied: { requestId: 'update 1', requestedAt: '2026-02-20T08:00:00Z' },
      expiresAt: Date.parse(expiredAt) / 1000,
    }),
  );
const poster: Ended = { address: { onelinkId: 'A1b3', shortlinkId: 'poster' } };

/** A history with these objects, and the requests that were made of it. */
function givenHistory(objects: Record<string, HistoryLine[]>, pageSize = 1_000) {
  const requests: string[] = [];
  const keys = Object.keys(objects).sort();
  const history = {
    async *pages(day: string) {
      const ofDay = keys.filter((key) => key.startsWith(day));
      for (let from = 0; from === 0 || from < ofDay.length; from += pageSize) {
        requests.push(`list ${day}`);
        yield ofDay.slice(from, from + pageSize);
      }
    },
    lines: async (key: string) => {
      requests.push(key);
      return objects[key] ?? [];
    },
  };
  return { history, requests };
}

async function search(
  objects: Record<string, HistoryLine[]>,
  {
    wanted = poster,
    days = ['2026-03-10', '2026-03-09', '2026-03-08'],
    today = '2026-03-31',
    pageSize = 1_000,
    interrupt = false,
  } = {},
) {
  const { history, requests } = givenHistory(objects, pageSize);
  const gaps: string[] = [];
  const interrupted = interrupt ? AbortSignal.abort() : new AbortController().signal;
  const onGap = (words: string) => void gaps.push(words);
  const found = await searchHistory(history, wanted, { days, today, interrupted, onStep: () => {}, onGap });
  return { found, gaps, requests };
}

describe('the search of the history of ended links', () => {
  test('reads day by day until a day has the link, and no older one', async () => {
    const { found, gaps, requests } = await search({
      '2026-03-10/a': [ended('other')],
      '2026-03-09/a': [ended('another'), ended()],
      '2026-03-08/a': [ended()],
    });
    expect(found).toEqual([ended()]);
    expect(requests).toEqual(['list 2026-03-10', '2026-03-10/a', 'list 2026-03-09', '2026-03-09/a']);
    expect(gaps).toEqual([]);
  });

  test('finds the link of a create by its request, and not the same requestId of another source', async () => {
    const foreign = { ...ended(), source: 'studio' };
    const wanted: Ended = { request: { source: 'crm', requestId: 'create poster' } };
    const { found } = await search({ '2026-03-09/a': [foreign, ended()] }, { wanted });
    expect(found).toEqual([ended()]);
  });

  test('shows a line that is there twice once, and two links that had the address on one day both', async () => {
    const later = ended('poster', '2026-03-09T23:00:00Z');
    const { found } = await search({ '2026-03-09/a': [ended()], '2026-03-09/b': [ended(), later] });
    expect(found).toHaveLength(2);
    expect(found).toEqual(expect.arrayContaining([ended(), later]));
  });

  test('makes a thousand requests at most, and names the days that it left out', async () => {
    const objects = Object.fromEntries(
      Array.from({ length: 1_500 }, (_, index) => [`2026-03-09/${index}`, [ended('other')]]),
    );
    const { found, gaps, requests } = await search({ ...objects, '2026-03-08/a': [ended()] }, { pageSize: 400 });
    expect(found).toEqual([]);
    expect(requests).toHaveLength(1_000);
    expect(gaps).toEqual([
      'history of ended links: 1,000 requests made, the most of one search; 2026-03-08 to 2026-03-09 not searched to the end. ' +
        'If you know when the link ended, name the days: --ended 2026-03-08..2026-03-09',
    ]);
  });

  test('names the searched days if it finds nothing', async () => {
    expect((await search({})).gaps).toEqual([
      'history of ended links: it has no end of this link on 2026-03-08 to 2026-03-10. If the link ended on other days, ' +
        'name them: --ended FIRST..LAST',
    ]);
  });

  test('names no day to come: it searches them, because the history has the day on which an early end was due', async () => {
    const { gaps, requests } = await search({}, { today: '2026-03-09' });
    expect(requests[0]).toBe('list 2026-03-10');
    expect(gaps[0]).toContain('it has no end of this link on 2026-03-08 to 2026-03-09. If the link ended');
  });

  test('ends at once, without a claim, if it is interrupted', async () => {
    const { found, gaps, requests } = await search({ '2026-03-09/a': [ended()] }, { interrupt: true });
    expect([found, gaps]).toEqual([[], []]);
    expect(requests).toEqual(['list 2026-03-10']);
  });

  test('takes the days of a range from the newest, over the end of a month', () => {
    expect(daysOf({ first: '2028-02-28', last: '2028-03-01' })).toEqual(['2028-03-01', '2028-02-29', '2028-02-28']);
  });
});

describe('the end of a link in a story', () => {
  const words = (line: HistoryLine, requestId: string, links = false) =>
    ofEnded(line, requestId, { links }).map((happening) => happeningWords(happening, false));

  test('names the create and the last change, and shows no link', () => {
    expect(words(ended(), 'create poster')).toEqual([
      '2026-03-09 12:00:00.000  history                  the link has ended, in version 2; last changed by update 1',
    ]);
    expect(words(ended(), 'update 1')).toEqual([
      '2026-02-20 08:00:00.000  producer                 asked for it (requestedAt)',
      '2026-03-09 12:00:00.000  history                  the link has ended, in version 2; made by create poster',
    ]);
    expect(words(ended(), 'create poster', true)[0]).toContain('https://acme.onelink.me/A1b3/poster');
  });

  test('is known from a line of an older release, which has no last change', () => {
    const { applied: _, ...older } = ended();
    expect(words(older, 'create poster')).toEqual([
      '2026-03-09 12:00:00.000  history                  the link has ended, in version 2',
    ]);
  });
});

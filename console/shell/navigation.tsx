import { type PageName, pageNames } from '../../cli/console/contract/session.ts';
import { overview, route, session } from '../state/live.ts';
import { hashOf } from '../state/route.ts';
import { stuckCounts } from '../state/stuck-counts.ts';
import { number } from '../state/words.ts';
import { pageTitles } from './page-titles.ts';

/** The pages of this session, with a count where something waits. */
export function Navigation() {
  const pages = session.value?.pages ?? pageNames.filter((page) => page !== 'emulator');
  return (
    <nav class="pages" aria-label="Pages">
      <ul>
        {pages.map((page) => (
          <li key={page}>
            <a href={hashOf(page)} aria-current={route.value.page === page ? 'page' : undefined}>
              {pageTitles[page]}
              <Count page={page} />
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Count({ page }: { page: PageName }) {
  const seen = overview.value;
  if (seen === undefined) return null;
  const { alarms, campaigns } = seen;
  const stuck = stuckCounts.value ?? seen.stuck;
  const counts: Partial<Record<PageName, { count: number; words: string; isBad: boolean }>> = {
    alarms: { count: alarms, words: 'in alarm', isBad: true },
    stuck: { count: Object.values(stuck).reduce((sum, one) => sum + one, 0), words: 'stuck', isBad: true },
    campaigns: { count: campaigns.length, words: 'at work', isBad: false },
  };
  const found = counts[page];
  if (found === undefined || found.count === 0) return null;
  return (
    <span class={found.isBad ? 'count bad' : 'count'}>
      {number(found.count)}
      <span class="unseen"> {found.words}</span>
    </span>
  );
}

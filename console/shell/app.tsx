import { useEffect, useRef } from 'preact/hooks';
import type { PageName } from '../../cli/console/contract/session.ts';
import { ActDialog } from '../acts/act-dialog.tsx';
import { Activity } from '../acts/activity.tsx';
import { AlarmsPage } from '../alarms/alarms-page.tsx';
import { AuditPage } from '../audit/audit-page.tsx';
import { CampaignsPages } from '../campaigns/campaigns-pages.tsx';
import { EmulatorPage } from '../emulator/emulator-page.tsx';
import { LinksPages } from '../links/links-pages.tsx';
import { OverviewPage } from '../overview/overview-page.tsx';
import { Waiting } from '../parts/notes.tsx';
import { announcement, overview, route, session, sessionProblem } from '../state/live.ts';
import type { Route } from '../state/route.ts';
import { StuckPages } from '../stuck/stuck-pages.tsx';
import { Blocked } from './blocked.tsx';
import { Connected } from './connected.tsx';
import { Navigation } from './navigation.tsx';
import { pageTitles } from './page-titles.ts';
import { TopBar } from './top-bar.tsx';

/** The whole page: landmarks, the page of the route, and what lies above all pages. */
export function App() {
  const main = useRef<HTMLElement>(null);
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <TopBar />
      <Navigation />
      <main ref={main} tabIndex={-1}>
        <Connected />
        <Content />
        <Activity />
      </main>
      <ActDialog />
      <div class="unseen" role="status" aria-live="polite">
        {announcement.value}
      </div>
    </>
  );
}

function Content() {
  const place = route.value;
  useArrival(place);
  const known = session.value;
  const failed = sessionProblem.value;
  if (known === undefined && failed === undefined) return <Waiting what="the console" />;
  if (known === undefined || known.problems.length > 0) return <Blocked />;
  return <Page page={known.pages.includes(place.page) ? place.page : 'overview'} />;
}

function Page({ page }: { page: PageName }) {
  switch (page) {
    case 'overview':
      return <OverviewPage />;
    case 'campaigns':
      return <CampaignsPages />;
    case 'links':
      return <LinksPages />;
    case 'stuck':
      return <StuckPages />;
    case 'alarms':
      return <AlarmsPage />;
    case 'audit':
      return <AuditPage />;
    case 'emulator':
      return <EmulatorPage />;
  }
}

/** On a new page, the focus moves to its heading, as a browser does when it loads a document. */
function useArrival({ page, path }: Route): void {
  const first = useRef(true);
  const panel = page === 'overview' ? path[0] : undefined;
  const isReady = overview.value !== undefined;
  // Each new place, and nothing else, moves the focus. A panel of the overview is there once the overview is.
  useEffect(() => {
    document.title = `${pageTitles[page]} – OneLink Pipeline`;
    const wanted = panel === undefined ? null : document.querySelector<HTMLElement>(`#${CSS.escape(panel)} h2`);
    const isFirst = first.current;
    first.current = false;
    if (wanted !== null) {
      wanted.scrollIntoView({ block: 'start' });
      wanted.focus({ preventScroll: true });
    } else if (!isFirst) {
      scrollTo(0, 0);
      document.querySelector<HTMLElement>('main h1')?.focus();
    }
  }, [page, path.join('/'), panel !== undefined && isReady]);
}

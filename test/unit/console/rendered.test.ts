import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { afterEach, describe, expect, it } from 'vitest';
import type { FoundLink } from '../../../cli/console/contract/links.ts';
import type { LaneNow } from '../../../cli/console/contract/overview.ts';
import type { Session } from '../../../cli/console/contract/session.ts';
import { ActButton } from '../../../console/acts/act-button.tsx';
import { Markdown } from '../../../console/alarms/markdown-view.tsx';
import { FoundPanels } from '../../../console/links/found-panels.tsx';
import { Lanes } from '../../../console/overview/lanes.tsx';
import { LineChart } from '../../../console/parts/chart.tsx';
import { Meter } from '../../../console/parts/meter.tsx';
import { ProblemNote } from '../../../console/parts/notes.tsx';
import { Table } from '../../../console/parts/table.tsx';
import { App } from '../../../console/shell/app.tsx';
import { now, overview, route, session, sessionProblem } from '../../../console/state/live.ts';
import { routeOf } from '../../../console/state/route.ts';

const at = Date.UTC(2026, 10, 28, 12);

const someSession: Session = {
  stack: 'OneLink-production',
  stage: 'production',
  local: false,
  readOnly: false,
  region: 'eu-central-1',
  identity: null,
  problems: [],
  lanes: ['campaign'],
  producers: [{ source: 'crm', lanes: ['campaign'], templates: ['A1b3'] }],
  templates: [],
  pages: ['overview', 'campaigns', 'links', 'stuck', 'alarms', 'audit'],
};

afterEach(() => {
  session.value = undefined;
  sessionProblem.value = undefined;
  overview.value = undefined;
  route.value = routeOf('');
});

describe('the shell', () => {
  it('has its landmarks, and marks the page that is shown', () => {
    session.value = someSession;
    route.value = routeOf('#/campaigns');

    const html = renderToString(h(App, {}));

    expect(html).toMatch(/<header class="top-bar">/);
    expect(html).toMatch(/<nav class="pages" aria-label="Pages">/);
    expect(html).toMatch(/<main tabindex="-1">/i);
    expect(html).toMatch(/<a href="#\/campaigns" aria-current="page">/);
    expect(html.match(/aria-current="page"/g)).toHaveLength(1);
    expect(html).toMatch(/role="status" aria-live="polite"/);
    expect(html).not.toContain('Emulator');
  });

  it('shows what to do when the session has a problem, and no page', () => {
    session.value = {
      ...someSession,
      problems: [{ code: 'unavailable', words: 'No credentials.', do: ['aws sso login', 'Then try again.'] }],
    };

    const html = renderToString(h(App, {}));

    expect(html).toContain('No credentials.');
    expect(html).toContain('<code>aws sso login</code>');
    expect(html).toContain('<p>Then try again.</p>');
    expect(html).not.toContain('<h1 tabindex="-1">Overview');
  });

  it('asks a browser without a cookie to open the address that the command printed', () => {
    sessionProblem.value = { problem: { code: 'refused', words: 'No cookie.', do: [] }, signedOut: true };

    expect(renderToString(h(App, {}))).toContain('This browser is not signed in');
  });

  it('shows in its bar that it is read-only, and offers no act', () => {
    session.value = { ...someSession, readOnly: true };

    expect(renderToString(h(App, {}))).toContain('read-only');
    expect(renderToString(h(ActButton, { acts: [{ name: 'pause' }], label: 'Pause', title: 'Pause it' }))).toBe('');
    session.value = someSession;
    expect(renderToString(h(ActButton, { acts: [{ name: 'pause' }], label: 'Pause', title: 'Pause it' }))).toBe(
      '<button type="button" class aria-label="Pause it">Pause</button>',
    );
  });
});

const lane: LaneNow = {
  lane: 'campaign',
  takesCommands: true,
  state: 'paused',
  reason: 'token-refused',
  since: at - 60_000,
  note: '<b>note</b>',
  queues: [
    {
      kind: 'link',
      waiting: { value: 7, at },
      inFlight: { value: null, at: null },
      oldestSeconds: { value: null, at: null },
    },
  ],
  parked: { value: null, at: null },
  secondsToDrain: null,
};

describe('the lanes', () => {
  it('shows what is unknown as unknown, and the note as text', () => {
    now.value = at;
    session.value = someSession;

    const html = renderToString(h(Lanes, { seen: { at, lanes: [lane] } as never }));
    const cells = [...html.matchAll(/data-name="([^"]+)"><div class="cell">(.*?)<\/div><\/t[dh]>/g)];
    const cell = (name: string) => cells.find(([, of]) => of === name)?.[2];

    expect(cell('Waiting')).toBe('7');
    expect(cell('In work')).toBe('unknown');
    expect(cell('Oldest')).toBe('unknown');
    expect(cell('Parked')).toBe('unknown');
    expect(cell('Empty in')).toBe('not while paused');
    expect(cell('State')).toContain('the API refuses the token');
    expect(cell('State')).toContain('“&lt;b>note&lt;/b>”');
    expect(cell('Act')).toContain('aria-label="Pause the lane campaign"');
  });

  it('has no oldest message in an empty queue', () => {
    const queues = [
      { kind: 'qr', waiting: { value: 0, at }, inFlight: { value: 0, at }, oldestSeconds: { value: 0, at } },
    ];

    const html = renderToString(
      h(Lanes, { seen: { at, lanes: [{ ...lane, takesCommands: false, queues }] } as never }),
    );

    expect(html).toContain('data-name="Oldest"><div class="cell">–');
    expect(html).toContain('data-name="Parked"><div class="cell">–');
  });
});

describe('the parts', () => {
  it('keeps the roles of a table, and names each box', () => {
    const choice = {
      isChosen: () => true,
      toggle: () => {},
      toggleAll: () => {},
      labelOf: (row: string) => `row ${row}`,
    };
    const columns = [{ name: 'Name', isName: true, cell: (row: string) => row }];

    const html = renderToString(
      h(Table<string>, { caption: 'Rows', columns, rows: ['a', 'b'], keyOf: String, choice }),
    );

    expect(html.match(/role="(\w+)"/g)?.map((role) => role.slice(6, -1))).toEqual([
      'table',
      'rowgroup',
      'row',
      'columnheader',
      'columnheader',
      'rowgroup',
      'row',
      'cell',
      'rowheader',
      'row',
      'cell',
      'rowheader',
    ]);
    expect(html).toContain('aria-label="Select row b"');
    expect(html).toContain('aria-label="Select all rows of this page"');
  });

  it('reads a bar out in its words, and draws nothing for an unknown value', () => {
    const html = renderToString(h(Meter, { label: 'Quota', value: null, most: null, words: 'unknown' }));

    expect(html).toMatch(/role="meter" aria-label="Quota" .*aria-valuetext="unknown"/);
    expect(html).not.toContain('class="fill"');
  });

  it('never draws a bar beyond its end', () => {
    const html = renderToString(h(Meter, { label: 'Rate', value: 20, most: 10, words: '20 of 10', marks: [-5, 30] }));

    expect(html).toContain('aria-valuenow="10"');
    expect([...html.matchAll(/(?:width|x1)="([\d.]+%)"/g)].map(([, width]) => width)).toEqual([
      '100%',
      '100%',
      '100.00%',
      '0.00%',
      '100.00%',
    ]);
  });

  it('describes a chart in words', () => {
    const html = renderToString(
      h(LineChart, {
        label: 'Calls a second: 5',
        values: [1, 5],
        ends: ['2 min ago', 'now'],
        unit: 'calls/s',
        limit: 10,
      }),
    );

    expect(html).toContain('role="img" aria-label="Calls a second: 5"');
    expect(html).toContain('class="limit"');
  });

  it('announces a problem at once', () => {
    const html = renderToString(h(ProblemNote, { problem: { code: 'failed', words: 'It failed.', do: [] } }));

    expect(html).toContain('role="alert"');
  });

  it('never makes markup of a text of the runbook', () => {
    const html = renderToString(h(Markdown, { text: '<script>alert(1)</script> [a](javascript:alert(1))' }));

    expect(html).toBe('<p>&lt;script>alert(1)&lt;/script> <em>a</em>)</p>');
  });
});

const found: FoundLink = {
  at,
  result: 'different',
  words: 'They differ.',
  differences: [],
  facets: [{ what: 'expires', ledger: '2026-12-01T00:00:00Z', api: '2026-12-02T00:00:00Z' }],
  shortUrl: null,
  request: { source: 'crm', requestId: 'r-1' },
  template: 'A1b3',
  state: 'live',
  code: 'stored',
  changes: ['qr', 'update', 'delete'],
  lanes: ['campaign'],
  revealed: false,
};

describe('a found link', () => {
  it('marks what differs, hides values, and shows no image until somebody asks', () => {
    session.value = someSession;

    const html = renderToString(
      h(FoundPanels, { choice: { by: 'request', source: 'crm', requestId: 'r-1' }, found, onReveal: () => {} }),
    );

    expect(html).toContain('<tr role="row" class="warn">');
    expect(html).toMatch(/aria-pressed="false"[^>]*>Show values/);
    expect(html).toContain('Show the QR code');
    expect(html).not.toContain('<img');
    expect(html).toContain('Retire the link');
  });

  it('offers no change in a read-only console', () => {
    session.value = { ...someSession, readOnly: true };

    const html = renderToString(
      h(FoundPanels, { choice: { by: 'request', source: 'crm', requestId: 'r-1' }, found, onReveal: () => {} }),
    );

    expect(html).not.toContain('Retire the link');
  });
});

describe('a new campaign', () => {
  it('is the list of campaigns in a read-only console', () => {
    route.value = routeOf('#/campaigns/new');
    session.value = someSession;
    expect(renderToString(h(App, {}))).toContain('Choose a file');

    session.value = { ...someSession, readOnly: true };

    const html = renderToString(h(App, {}));
    expect(html).not.toContain('Choose a file');
    expect(html).not.toContain('Start a campaign');
  });
});

import { useState } from 'preact/hooks';
import type { CampaignLinks, CampaignLinksQuery } from '../../cli/console/contract/links.ts';
import { hashOfCampaign } from '../campaigns/campaign-columns.tsx';
import { Empty, ProblemNote, Waiting } from '../parts/notes.tsx';
import { Pager } from '../parts/pager.tsx';
import { Panel } from '../parts/panel.tsx';
import { Pill } from '../parts/pill.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Heading } from '../shell/heading.tsx';
import { useLoaded } from '../state/loaded.ts';
import { usePaged } from '../state/paged.ts';
import { ask } from '../state/server.ts';
import { number } from '../state/words.ts';
import { hashOfRequest } from './choice.ts';

type Row = CampaignLinks['rows'][number];

/** The rows of a campaign, each with the way to its link. */
export function CampaignLinksPage({ source, name }: { source: string; name: string }) {
  const paged = usePaged();
  const [reveal, setReveal] = useState(false);
  const query: CampaignLinksQuery = { source, name, reveal, ...(paged.after !== '' && { after: paged.after }) };
  const { answer, problem, reload } = useLoaded(JSON.stringify(query), (signal) =>
    ask<CampaignLinks>('/api/links/campaign', query, signal),
  );
  return (
    <>
      <Heading
        title={`Links of ${name}`}
        lead={`The rows of a campaign of ${source}, each with its link.`}
        up={{ href: hashOfCampaign({ source, name }), words: name }}
      >
        <button type="button" aria-pressed={reveal} onClick={() => setReveal(!reveal)}>
          {reveal ? 'Hide links' : 'Show links'}
        </button>
      </Heading>
      {problem && <ProblemNote problem={problem} again={reload} />}
      {answer === undefined && problem === undefined && <Waiting what="the rows" />}
      {answer && (
        <Panel title="Rows">
          {answer.rows.length === 0 ? (
            <Empty title="No row has its final status yet." />
          ) : (
            <Table
              caption={`Rows of ${name}`}
              columns={columnsOf(source, reveal)}
              rows={answer.rows}
              keyOf={({ line }) => String(line)}
            />
          )}
          <Pager paged={paged} next={answer.next} of="rows" />
        </Panel>
      )}
    </>
  );
}

const columnsOf = (source: string, reveal: boolean): Column<Row>[] => [
  { name: 'Line', isNumber: true, cell: ({ line }) => number(line) },
  {
    name: 'Request',
    isName: true,
    cell: ({ requestId }) =>
      requestId === null ? <span class="muted">none</span> : <a href={hashOfRequest(source, requestId)}>{requestId}</a>,
  },
  { name: 'Status', cell: ({ status }) => <Pill state={status} /> },
  { name: 'Reason', cell: ({ reason }) => reason ?? '–' },
  ...(reveal ? [{ name: 'Short URL', cell: ({ shortUrl }: Row) => <span class="value">{shortUrl ?? '–'}</span> }] : []),
];

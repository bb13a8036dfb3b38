import type { DeadLetterItem, DeadLetterPage, DeadLetterQueueItem } from '../../cli/console/contract/stuck.ts';
import { Age, Since } from '../parts/age.tsx';
import { Panel } from '../parts/panel.tsx';
import { Pill } from '../parts/pill.tsx';
import type { Column } from '../parts/table.tsx';
import { number } from '../state/words.ts';
import { RequestLink } from './request-link.tsx';
import { Rows } from './rows.tsx';
import { StuckList } from './stuck-list.tsx';

/** The queues with dead letters, and the letters with what is known about each. */
export function DeadLetters() {
  return (
    <StuckList
      kind="dead-letters"
      columns={letterColumns}
      labelOf={({ source, requestId, queue }) => `${source ?? queue} ${requestId ?? 'without a request'}`}
      nothing="There are no dead letters."
      classOf={({ isAnswered }) => (isAnswered ? 'quiet' : '')}
      above={Queues}
    />
  );
}

function Queues({ at, queues }: DeadLetterPage) {
  if (queues.length === 0) return null;
  return (
    <Panel title="Queues with dead letters" aside={<Age at={at} />}>
      <Rows
        caption="Queues with dead letters"
        columns={queueColumns}
        items={queues}
        labelOf={({ queue }) => `the dead letters of ${queue}`}
      />
      <p class="small muted">
        SQS hands out no letter by its name, so an act takes all letters of a queue. Purge writes them into a file
        first.
      </p>
    </Panel>
  );
}

const kindWords: Readonly<Record<string, string>> = {
  commands: 'commands',
  ingress: 'commands of an ingress queue',
  qr: 'QR jobs',
  expiry: 'expired links',
  campaigns: 'files of campaigns',
  deliveries: 'outcomes that SNS could not post',
};

const queueColumns: Column<DeadLetterQueueItem>[] = [
  { name: 'Queue', isName: true, cell: ({ queue }) => queue },
  { name: 'Dead letters', isNumber: true, cell: ({ letters }) => number(letters) },
  { name: 'Lane', cell: ({ lane }) => lane },
  { name: 'What it holds', cell: ({ kind }) => kindWords[kind] ?? kind },
];

const letterColumns: Column<DeadLetterItem>[] = [
  {
    name: 'Request',
    isName: true,
    cell: ({ source, requestId, action }) => (
      <>
        <RequestLink source={source} requestId={requestId} />
        {action !== null && <span class="small muted block">{action}</span>}
      </>
    ),
  },
  { name: 'Queue', cell: ({ queue }) => queue },
  {
    name: 'Why',
    cell: ({ reason, words, isAnswered }) => (
      <>
        {isAnswered && <Pill state="superseded" tone="quiet" words="Done by a copy since" />}{' '}
        {isAnswered ? null : <code>{reason}</code>} <span class="block">{words}</span>
      </>
    ),
  },
  { name: 'Sent', cell: ({ sentAt }) => <Since at={sentAt} /> },
  { name: 'Deliveries', isNumber: true, cell: ({ receiveCount }) => number(receiveCount) },
];

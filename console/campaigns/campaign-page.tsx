import type { Campaign } from '../../cli/console/contract/campaigns.ts';
import { ActButton } from '../acts/act-button.tsx';
import { campaignAct } from '../acts/made-acts.ts';
import { Age } from '../parts/age.tsx';
import { Meter } from '../parts/meter.tsx';
import { Empty, ProblemNote, Waiting } from '../parts/notes.tsx';
import { Panel } from '../parts/panel.tsx';
import { Stat, Stats } from '../parts/stat.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { toneOf } from '../parts/tone.ts';
import { Heading } from '../shell/heading.tsx';
import { useLoaded } from '../state/loaded.ts';
import { hashOf } from '../state/route.ts';
import { read } from '../state/server.ts';
import { bytes, instant, number, title } from '../state/words.ts';
import { CampaignPill } from './campaign-columns.tsx';
import { actWords, countsOf, downloadPath, downloadWords, endWords } from './campaign-words.ts';
import { Faults } from './faults.tsx';

/** How long a page of a campaign that moves may be old. */
const refreshMilliseconds = 2_000;

/** One campaign: how far it is, what is wrong with its rows, what can be downloaded, what can be done. */
export function CampaignPage({ source, name }: { source: string; name: string }) {
  const path = `/api/campaigns/${encodeURIComponent(source)}/${encodeURIComponent(name)}`;
  const { answer, problem, reload } = useLoaded(path, (signal) => read<Campaign>(path, signal), refreshMilliseconds);
  return (
    <>
      <Heading title={name} lead={`A campaign of ${source}`} up={{ href: hashOf('campaigns'), words: 'Campaigns' }}>
        {answer?.acts.map((act) => (
          <ActButton
            key={act}
            acts={[campaignAct(act, source, name)]}
            {...actWords[act]}
            title={`${actWords[act].label}: ${source}/${name}`}
            onStarted={reload}
          />
        ))}
      </Heading>
      {problem &&
        (problem.code === 'not-found' && answer === undefined ? (
          <Empty title="There is no such campaign, or its check has not begun.">
            <p>{problem.words} The page shows it as soon as it is there.</p>
          </Empty>
        ) : (
          <ProblemNote problem={problem} again={reload} />
        ))}
      {answer ? <Found campaign={answer} /> : problem === undefined && <Waiting what="the campaign" />}
    </>
  );
}

function Found({ campaign }: { campaign: Campaign }) {
  const { at, rows, settled, words, source, name } = campaign;
  return (
    <>
      <Panel title="How far it is" aside={<Age at={at} />}>
        <p class="figure">
          <CampaignPill {...campaign} /> {number(settled)} of {number(rows)} rows done
        </p>
        <Meter label="Rows done" value={settled} most={rows} words={`${number(settled)} of ${number(rows)}`} />
        <p>
          {sentence(words)} {endWords(campaign)}
        </p>
        <Standing campaign={campaign} />
        <div class="columns">
          <Table
            caption="Rows by status"
            isCompact
            hasCaption
            columns={countColumns(rows)}
            rows={countsOf(campaign.counts)}
            keyOf={({ status }) => status}
          />
          <Numbers campaign={campaign} />
        </div>
        <p>
          <a href={hashOf('links', ['campaign', source, name])}>Its rows and their links</a>
        </p>
      </Panel>
      <Downloads campaign={campaign} />
      <Wrong campaign={campaign} />
    </>
  );
}

const sentence = (words: string) =>
  `${words.charAt(0).toUpperCase()}${words.slice(1)}${words.endsWith('.') ? '' : '.'}`;

const countColumns = (rows: number): Column<{ status: string; count: number }>[] => [
  { name: 'Status', isName: true, cell: ({ status }) => title(status) },
  { name: 'Rows', isNumber: true, cell: ({ count }) => number(count) },
  {
    name: 'Share',
    cell: ({ status, count }) => (
      <Meter label={title(status)} value={count} most={rows} words={number(count)} tone={toneOf(status)} />
    ),
  },
];

/** Who has changed how it stands. */
function Standing({ campaign: { pausedBy, cancelledBy, approvedBy, laneStands, lane } }: { campaign: Campaign }) {
  const by = (note: { by: string | null }) => (note.by === null ? '' : ` by ${note.by}`);
  const lines = [
    laneStands && `The lane ${lane} is ${laneStands.state} (${laneStands.reason}).`,
    pausedBy && `Paused${by(pausedBy)} at ${instant(pausedBy.at)}: “${pausedBy.reason}”`,
    cancelledBy && `Cancelled${by(cancelledBy)} at ${instant(cancelledBy.at)}.`,
    approvedBy && `Approved${by(approvedBy)} at ${instant(approvedBy.at)}.`,
  ].filter((line) => line !== null);
  if (lines.length === 0) return null;
  return (
    <ul class="notes">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

function Numbers({
  campaign: { toSend, quotaCalls, qrCodes, bytes: size, drop, lane, droppedAt },
}: {
  campaign: Campaign;
}) {
  return (
    <Stats>
      <Stat name="Rows to send">{number(toSend)}</Stat>
      <Stat name="Calls of the quota">{number(quotaCalls)}</Stat>
      <Stat name="QR codes">{number(qrCodes)}</Stat>
      <Stat name="Lane">{lane}</Stat>
      <Stat name="File" note={`drop ${drop}, ${instant(droppedAt)}`}>
        {bytes(size)}
      </Stat>
    </Stats>
  );
}

function Downloads({ campaign: { source, name, downloads } }: { campaign: Campaign }) {
  return (
    <Panel title="Downloads">
      {downloads.length === 0 ? (
        <p class="muted">Nothing yet.</p>
      ) : (
        <ul class="downloads">
          {downloads.map((download) => (
            <li key={download}>
              <a class="button" href={downloadPath(source, name, download)} download>
                {downloadWords[download].label}
              </a>
              <span class="muted">{downloadWords[download].note}</span>
            </li>
          ))}
        </ul>
      )}
      <p class="small muted">Results and codes hold links. Share them as you would share the links.</p>
    </Panel>
  );
}

function Wrong({ campaign: { refusal, faultsByRule, firstFaults, warningsByRule } }: { campaign: Campaign }) {
  const none = refusal === null && Object.keys(faultsByRule).length + Object.keys(warningsByRule).length === 0;
  if (none) return null;
  return (
    <Panel title="What is wrong with its rows">
      {refusal && (
        <div class="note bad">
          <p>
            <strong>The whole file is refused.</strong> {refusal.message}
          </p>
        </div>
      )}
      <Faults title="Rejected rows" byRule={faultsByRule} first={firstFaults} />
      <Faults title="Warnings" byRule={warningsByRule} first={[]} />
    </Panel>
  );
}

import { useState } from 'preact/hooks';
import type { CampaignList as List } from '../../cli/console/contract/campaigns.ts';
import { Age } from '../parts/age.tsx';
import { Field, Text } from '../parts/field.tsx';
import { Empty, Notes, ProblemNote, Waiting } from '../parts/notes.tsx';
import { Pager } from '../parts/pager.tsx';
import { Panel } from '../parts/panel.tsx';
import { Table } from '../parts/table.tsx';
import { Heading } from '../shell/heading.tsx';
import { session } from '../state/live.ts';
import { useLoaded } from '../state/loaded.ts';
import { usePagedRows } from '../state/paged-rows.ts';
import { hashOf } from '../state/route.ts';
import { read } from '../state/server.ts';
import { campaignColumns, keyOfCampaign } from './campaign-columns.tsx';

/** All campaigns, the newest first. */
export function CampaignList() {
  const { answer, problem, reload } = useLoaded('campaigns', (signal) => read<List>('/api/campaigns', signal), 5_000);
  return (
    <>
      <Heading title="Campaigns" lead="A campaign is a spreadsheet in, and the same spreadsheet with its links out.">
        {session.value?.readOnly === false && (
          <a class="button primary" href={hashOf('campaigns', ['new'])}>
            Start a campaign
          </a>
        )}
      </Heading>
      {problem && <ProblemNote problem={problem} again={reload} />}
      {answer ? <Lines list={answer} /> : problem === undefined && <Waiting what="the campaigns" />}
    </>
  );
}

function Lines({ list: { at, campaigns, unreadable } }: { list: List }) {
  const [wanted, setWanted] = useState('');
  const found = campaigns.filter((line) => keyOfCampaign(line).toLowerCase().includes(wanted.trim().toLowerCase()));
  const { shown, paged, next } = usePagedRows(found);
  return (
    <Panel title={`All campaigns (${campaigns.length})`} aside={<Age at={at} />}>
      <Notes notes={unreadable.map((key) => `The record of ${key} cannot be read by this release.`)} />
      {campaigns.length === 0 ? (
        <Empty title="There is no campaign yet.">
          <p>Save a spreadsheet as CSV, and start a campaign with it.</p>
        </Empty>
      ) : (
        <>
          <Field label="Find a campaign">
            <Text type="search" value={wanted} onValue={setWanted} />
          </Field>
          {found.length === 0 && <p class="muted">No campaign has this in its name.</p>}
          <Table caption="Campaigns" columns={campaignColumns} rows={shown} keyOf={keyOfCampaign} />
          <Pager paged={paged} next={next} of="campaigns" />
        </>
      )}
    </Panel>
  );
}

import type { CampaignLine } from '../../cli/console/contract/campaigns.ts';
import { campaignColumns, keyOfCampaign } from '../campaigns/campaign-columns.tsx';
import { Panel } from '../parts/panel.tsx';
import { Table } from '../parts/table.tsx';
import { session } from '../state/live.ts';
import { hashOf } from '../state/route.ts';

/** Campaigns that are checked, wait for an approval, or are sent. */
export function ActiveCampaigns({ campaigns }: { campaigns: readonly CampaignLine[] }) {
  return (
    <Panel title="Campaigns at work" aside={<a href={hashOf('campaigns')}>All campaigns</a>}>
      {campaigns.length === 0 ? (
        <p class="muted">
          None. A campaign turns a spreadsheet into links.{' '}
          {session.value?.readOnly === false && <a href={hashOf('campaigns', ['new'])}>Start one</a>}
        </p>
      ) : (
        <Table caption="Campaigns at work" columns={campaignColumns} rows={campaigns} keyOf={keyOfCampaign} />
      )}
    </Panel>
  );
}

import type { CampaignLine } from '../../cli/console/contract/campaigns.ts';
import { Since } from '../parts/age.tsx';
import { Meter } from '../parts/meter.tsx';
import { Pill } from '../parts/pill.tsx';
import type { Column } from '../parts/table.tsx';
import { hashOf } from '../state/route.ts';
import { number, title } from '../state/words.ts';

export const keyOfCampaign = ({ source, name }: Pick<CampaignLine, 'source' | 'name'>) => `${source}/${name}`;

export const hashOfCampaign = ({ source, name }: Pick<CampaignLine, 'source' | 'name'>) =>
  hashOf('campaigns', [source, name]);

/** A paused campaign keeps its state, and stops sending. */
export function CampaignPill({ state, paused }: Pick<CampaignLine, 'state' | 'paused'>) {
  return paused ? (
    <Pill state="paused" words={`${title(state)}, paused`} />
  ) : (
    <Pill state={state} words={stateWords[state]} />
  );
}

const stateWords: Readonly<Record<CampaignLine['state'], string>> = {
  checking: 'Checking',
  waiting: 'Waits for approval',
  sending: 'Sending',
  finished: 'Finished',
  cancelled: 'Cancelled',
  refused: 'Refused',
};

export const campaignColumns: Column<CampaignLine>[] = [
  {
    name: 'Campaign',
    isName: true,
    cell: (line) => (
      <>
        <a href={hashOfCampaign(line)}>{line.name}</a>
        <span class="small muted block">{line.source}</span>
      </>
    ),
  },
  { name: 'State', cell: (line) => <CampaignPill {...line} /> },
  {
    name: 'Rows done',
    cell: ({ rows, settled, name }) => (
      <>
        <span class="block">
          {number(settled)} of {number(rows)}
        </span>
        <Meter
          label={`Rows done of ${name}`}
          value={settled}
          most={rows}
          words={`${number(settled)} of ${number(rows)}`}
        />
      </>
    ),
  },
  { name: 'Lane', cell: ({ lane }) => lane },
  { name: 'Started', cell: ({ droppedAt }) => <Since at={droppedAt} /> },
];

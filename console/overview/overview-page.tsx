import type { Overview } from '../../cli/console/contract/overview.ts';
import { Age, Since } from '../parts/age.tsx';
import { Waiting } from '../parts/notes.tsx';
import { Heading } from '../shell/heading.tsx';
import { overview } from '../state/live.ts';
import { ActiveCampaigns } from './active-campaigns.tsx';
import { standing } from './finding.ts';
import { Flow } from './flow.tsx';
import { Lanes } from './lanes.tsx';
import { Outcomes } from './outcomes.tsx';
import { Quota } from './quota.tsx';
import { Rate } from './rate.tsx';
import { Usage } from './usage.tsx';
import { WrongList } from './wrong-list.tsx';

const lead =
  'This pipeline makes, changes and retires AppsFlyer OneLink short links: each request once, within the account’s rate and quota.';

/** What is wrong, why, and what to do. Below it, what the pipeline does now. */
export function OverviewPage() {
  const seen = overview.value;
  if (seen === undefined) {
    return (
      <>
        <Heading title="Overview" lead={lead} />
        <Waiting what="the state of the pipeline" />
      </>
    );
  }
  const tone = seen.wrong.some(({ severity }) => severity === 'page')
    ? 'bad'
    : seen.wrong.some(({ severity }) => severity === 'ticket')
      ? 'warn'
      : 'good';
  return (
    <>
      <Heading title="Overview" lead={lead} />
      <section class={`standing ${tone}`} aria-label="How the pipeline is">
        <p class="standing-words">
          {standing(seen)} <Age at={seen.at} />
        </p>
        <WrongList wrong={seen.wrong} />
        <Control control={seen.control} />
      </section>
      <Flow seen={seen} />
      <Lanes seen={seen} />
      <div class="columns four">
        <Rate rate={seen.rate} />
        <Quota quota={seen.quota} />
        <Usage usage={seen.usage} />
        <Outcomes outcomes={seen.outcomes} />
      </div>
      <ActiveCampaigns campaigns={seen.campaigns} />
    </>
  );
}

/** The governor, without which the states above are out of date. */
function Control({ control: { record, governedAt, api } }: Pick<Overview, 'control'>) {
  return (
    <p class="small muted">
      {apiWords(api)} The governor, which opens and pauses lanes,{' '}
      {governedAt === null ? (
        'has not run yet'
      ) : (
        <>
          ran <Since at={governedAt} />
        </>
      )}
      {recordWords[record]}.
    </p>
  );
}

const apiWords = (api: string | null) => {
  if (api === null) return 'Whether the OneLink API is available is unknown.';
  return api === 'good' ? 'The OneLink API is available.' : `The OneLink API is degraded (${api}).`;
};

const recordWords: Readonly<Record<Overview['control']['record'], string>> = {
  fresh: '',
  old: ', and its record is stale',
  missing: ', and there is no record of it',
  corrupt: ', and its record cannot be read',
};

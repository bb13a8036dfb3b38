import { Age } from '../parts/age.tsx';
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
      </section>
      <Flow seen={seen} />
      <Lanes seen={seen} />
      <div class="columns">
        <Rate rate={seen.rate} />
        <Quota quota={seen.quota} />
        <Usage usage={seen.usage} />
        <Outcomes outcomes={seen.outcomes} />
      </div>
      <ActiveCampaigns campaigns={seen.campaigns} />
    </>
  );
}

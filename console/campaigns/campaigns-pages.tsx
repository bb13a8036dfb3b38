import { route, session } from '../state/live.ts';
import { CampaignList } from './campaign-list.tsx';
import { CampaignPage } from './campaign-page.tsx';
import { NewCampaign } from './new-campaign.tsx';

/** `#/campaigns`, `#/campaigns/new`, `#/campaigns/{source}/{name}` */
export function CampaignsPages() {
  const [source, name] = route.value.path;
  if (source !== undefined && name !== undefined)
    return <CampaignPage key={`${source}/${name}`} source={source} name={name} />;
  return source === 'new' && session.value?.readOnly === false ? <NewCampaign /> : <CampaignList />;
}

import { route } from '../state/live.ts';
import { CampaignLinksPage } from './campaign-links.tsx';
import { FindPage } from './find-page.tsx';

/** `#/links`, `#/links/request/{source}/{requestId}`, `#/links/campaign/{source}/{name}` */
export function LinksPages() {
  const [kind, source, name] = route.value.path;
  if (kind === 'campaign' && source !== undefined && name !== undefined) {
    return <CampaignLinksPage key={`${source}/${name}`} source={source} name={name} />;
  }
  return <FindPage />;
}

import { type Caller, callerName } from '../domain/acts/record.ts';
import type { CampaignAct } from '../domain/campaign/orders.ts';
import { giveOrder, type OrderPorts } from './campaign-orders.ts';
import type { ActContext, Performers } from './performers.ts';

interface OfCampaign {
  source: string;
  campaign: string;
}

/** The acts on campaigns. They change the campaign's record. */
export function campaignActs(
  ports: OrderPorts,
): Pick<Performers, 'campaign-approve' | 'campaign-pause' | 'campaign-resume' | 'campaign-cancel'> {
  const order = async ({ source, campaign }: OfCampaign, act: CampaignAct) => {
    const { record, already } = await giveOrder({ source, name: campaign }, act, ports);
    const answer = { record, ...(already !== undefined && { already }) };
    return { answer, effect: { state: record.state, changed: already === undefined } };
  };
  return {
    'campaign-approve': (act, { by }) => order(act, { act: 'approve', ...named(by) }),
    'campaign-pause': (act, { by, reason = '' }: ActContext) => order(act, { act: 'pause', reason, ...named(by) }),
    'campaign-resume': (act) => order(act, { act: 'resume' }),
    'campaign-cancel': (act, { by }) => order(act, { act: 'cancel', ...named(by) }),
  };
}

const named = (by: Caller) => ({ by: callerName(by) });

import type { Act } from '../../cli/console/contract/acts.ts';
import type { Campaign } from '../../cli/console/contract/campaigns.ts';
import type { LaneNow } from '../../cli/console/contract/overview.ts';

/** The acts that the page makes itself. The server offers the others, each with its item. */
export const pauseAct = (lanes: readonly string[]): Act => ({ name: 'pause', lanes });
export const resumeAct = (lanes: readonly string[]): Act => ({ name: 'resume', lanes });

/** What an operator can do about a lane: resume it if an operator has paused it, otherwise pause it. */
export const laneAct = ({ lane, state, reason }: Pick<LaneNow, 'lane' | 'state' | 'reason'>) =>
  state === 'paused' && reason === 'operator'
    ? { act: resumeAct([lane]), label: 'Resume' }
    : { act: pauseAct([lane]), label: 'Pause' };

export const campaignAct = (name: Campaign['acts'][number], source: string, campaign: string): Act => ({
  name,
  source,
  campaign,
});

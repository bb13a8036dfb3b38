import type { CampaignRecord, CampaignState } from './record.ts';

/** What an operator may do to a campaign. `by` is the operator's name. */
export type CampaignAct =
  | { act: 'pause'; reason: string; by?: string }
  | { act: 'resume' }
  | { act: 'approve'; by?: string }
  /** Ends the sending. The campaign stays on the list until the sender has written its results. */
  | { act: 'cancel'; by?: string };

type Act = CampaignAct['act'];

/** The states in which an act has nothing left to do, and its words; and why it is refused in others. */
interface Rule {
  from: readonly CampaignState[];
  already?: (record: CampaignRecord) => string | undefined;
  refusal: (state: CampaignState) => string;
}

const active = ['checking', 'waiting', 'sending'] as const;

const rules: Record<Act, Rule> = {
  approve: {
    from: ['waiting'],
    already: ({ state, approvedAt }) => (state === 'sending' ? approvedWords(approvedAt) : undefined),
    refusal: (state) =>
      state === 'checking'
        ? 'is still being checked. Approve it after its check'
        : `is ${state}, so nothing of it waits for approval`,
  },
  pause: { from: active, refusal: (state) => `is ${state}, so it sends nothing` },
  resume: {
    from: active,
    already: ({ paused }) => (paused === undefined ? 'is not paused' : undefined),
    refusal: (state) => `is ${state}, so it cannot continue`,
  },
  cancel: {
    from: active,
    already: ({ state }) => (state === 'cancelled' ? 'is cancelled already' : undefined),
    refusal: (state) => `is ${state}, so there is nothing to cancel`,
  },
};

const approvedWords = (approvedAt: number | undefined) =>
  approvedAt === undefined ? 'needs no approval, and is sending' : 'is approved already, and is sending';

/** Why an act would change nothing in a record; undefined if the act is possible. */
export function obstacle(record: CampaignRecord, act: Act): { already: string } | { refused: string } | undefined {
  const rule = rules[act];
  const already = rule.already?.(record);
  if (already !== undefined) return { already };
  return rule.from.includes(record.state) ? undefined : { refused: rule.refusal(record.state) };
}

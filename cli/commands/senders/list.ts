import type { HeldStore } from '../../../lambdas/adapters/held-store.ts';
import {
  decisionKey,
  type SenderDecision,
  type SenderDecisions,
  standing,
} from '../../../lambdas/domain/contract/sender.ts';
import type { PipelineSettings } from '../../../lib/config/config-schema.ts';
import { boundSenders, unboundSources } from '../../../lib/config/principals.ts';
import { allHeld, type HeldCommands } from '../../pipeline/archive/held-commands.ts';
import { counted, durationWords, instantWords, visible } from '../../words/words.ts';
import { decisionWords } from './decision.ts';

/**
 * A line of the list. `held`: a sender with held commands. `decided`: a decision about a sender without any. `unbound`: a
 * source that nothing binds.
 */
export type ListedSender =
  | (HeldCommands & {
      kind: 'held';
      state: 'undecided' | 'known' | SenderDecision['decision'];
      decision?: SenderDecision;
    })
  | { kind: 'decided'; source: string; sender: string; decision: SenderDecision }
  | { kind: 'unbound'; source: string };

export async function listSenders(
  store: Pick<HeldStore, 'senders' | 'lots'>,
  decisions: SenderDecisions,
  settings: PipelineSettings,
  signal?: AbortSignal,
): Promise<ListedSender[]> {
  const bound = boundSenders(settings);
  const held = (await allHeld(store, signal)).map((one): ListedSender => {
    const decision = decisions[decisionKey(one.source, one.sender)];
    // The configuration counts before a decision. Once it is deployed, the replayer sends the commands back.
    if (standing(one.sender, one.source, bound) !== 'unknown') return { kind: 'held', ...one, state: 'known' };
    return { kind: 'held', ...one, state: decision?.decision ?? 'undecided', ...(decision && { decision }) };
  });
  const listed = new Set(held.map((one) => ('sender' in one ? decisionKey(one.source, one.sender) : '')));
  const decided = Object.entries(decisions).flatMap(([key, decision]): ListedSender[] => {
    const [source = '', sender = ''] = key.split('/');
    return listed.has(key) ? [] : [{ kind: 'decided', source, sender, decision }];
  });
  const unbound = unboundSources(settings).map((source): ListedSender => ({ kind: 'unbound', source }));
  return [...held, ...decided, ...unbound];
}

export function listedWords(one: ListedSender, nowMilliseconds: number): string {
  if (one.kind === 'unbound')
    return `${one.source}  nothing binds it: each sender that reaches its lane’s queue may send as it`;
  const names = `${visible(one.source)}  ${visible(one.sender)}`;
  if (one.kind === 'decided') return `${names}  nothing held  ${decisionWords(one.decision)}`;
  const since = one.sinceMilliseconds;
  const age =
    since === undefined
      ? 'of unknown age'
      : `since ${instantWords(since)} UTC (${durationWords((nowMilliseconds - since) / 1000)} ago)`;
  const state = one.decision === undefined ? stateWords[one.state] : decisionWords(one.decision);
  return `${names}  ${counted(one.commands, 'command')} held ${age}  ${state}`;
}

const stateWords = {
  undecided: 'nobody has decided',
  known: 'known by the configuration: sent back when it is deployed',
  confirmed: 'confirmed',
  rejected: 'rejected',
} as const;

/** With instants as ISO 8601. */
export function listedJson(one: ListedSender): object {
  if (one.kind === 'unbound') return one;
  const { decision, ...fields } = one;
  const { sinceMilliseconds, ...rest } =
    'sinceMilliseconds' in fields ? fields : { ...fields, sinceMilliseconds: undefined };
  return {
    ...rest,
    since: sinceMilliseconds === undefined ? undefined : new Date(sinceMilliseconds).toISOString(),
    decision: decision?.decision,
    decidedAt: decision && new Date(decision.at).toISOString(),
    reason: decision?.reason,
  };
}

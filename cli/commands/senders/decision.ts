import type { HeldStore } from '../../../lambdas/adapters/held-store.ts';
import type { AnswerTo } from '../../../lambdas/domain/acts/registry.ts';
import { type SenderDecision, standing, unknownSender } from '../../../lambdas/domain/contract/sender.ts';
import { type PipelineSettings, type ProducerSettings, uniqueIdForm } from '../../../lib/config/config-schema.ts';
import { arnOf, boundSenders, isDirect } from '../../../lib/config/principals.ts';
import { heldOf } from '../../pipeline/archive/held-commands.ts';
import type { Operations } from '../../pipeline/operations.ts';
import { OperatorError } from '../../words/operator-error.ts';
import { instantWords, visible } from '../../words/words.ts';
import type { BoundPrincipal } from './identify.ts';

/** What an operator asks for. */
export interface AskedDecision {
  source: string;
  sender: string;
  decision: SenderDecision['decision'];
  reason: string;
  /** Whether it may replace another decision, or the reason of the same one. */
  replace: boolean;
  /** Whether it may confirm a sender of which nothing is held. */
  unseen: boolean;
}

export interface DecisionPorts {
  operations: Pick<Operations, 'act'>;
  held: Pick<HeldStore, 'lots'>;
}

/** The decision that counts from now on. */
export type Decided = AnswerTo<'sender-confirm'>;

/**
 * Has an operator's decision about an unknown sender of a bound source recorded. A repeat for the same reason changes nothing.
 *
 * @throws OperatorError if the decision would have no effect, if another decision or reason is recorded, if nothing is held
 *   from a sender to confirm, or if another operator decides at the same time
 */
export async function decide(
  asked: AskedDecision,
  settings: PipelineSettings,
  { operations, held: store }: DecisionPorts,
): Promise<Decided> {
  const { source, sender, decision, reason, replace, unseen } = asked;
  const refusal = refusalBySource(source, settings) ?? refusalByConfiguration(asked, settings);
  if (refusal !== undefined) throw new OperatorError(`${refusal} Nothing was recorded.`);
  const { commands: held } = await heldOf(store, { source, sender });
  const wrongForm = refusalByForm(asked, held);
  if (wrongForm !== undefined) throw new OperatorError(`${wrongForm} Nothing was recorded.`);
  const fields = { source, sender, replace };
  return decision === 'confirmed'
    ? operations.act('sender-confirm', { ...fields, unseen }, reason)
    : operations.act('sender-reject', fields, reason);
}

/** `confirmed 2026-03-10 12:00:05 UTC: “the role was made anew”` */
export const decisionWords = ({ decision, at, reason }: SenderDecision) =>
  `${decision} ${instantWords(at)} UTC: “${visible(reason)}”`;

export function malformed(): never {
  throw new OperatorError(
    'The record of decisions about senders cannot be read. Use the release that wrote it. If none can read it, delete the ' +
      'item senders of the ledger’s table, and decide again. Until then, the commands of unknown senders stay held.',
  );
}

function refusalBySource(source: string, { producers }: PipelineSettings): string | undefined {
  if (producers.some((producer) => producer.source === source)) return undefined;
  return `There is no producer ${source} in the configuration. It has: ${producers.map((one) => one.source).join(', ')}.`;
}

/** The configuration counts before the operators' decisions. */
function refusalByConfiguration({ source, sender }: AskedDecision, settings: PipelineSettings): string | undefined {
  const bound = boundSenders(settings);
  const stands = standing(sender, source, bound);
  if (typeof stands === 'object') {
    return (
      `The configuration gives ${sender} to ${stands.belongsTo}, so what it sends as ${source} is rejected. If it sends for ` +
      'both, give both producers its senderId and deploy.'
    );
  }
  const own = Object.hasOwn(bound, source) ? bound[source] : undefined;
  if (own?.includes(sender)) return `The configuration binds ${sender} to ${source} already.`;
  if (own !== undefined) return undefined;
  return `Nothing binds ${source} in the configuration, so its commands are never held. Give its principals a senderId.`;
}

function refusalByForm({ sender, decision }: AskedDecision, held: number): string | undefined {
  if (uniqueIdForm('AROA').test(sender) || uniqueIdForm('AIDA').test(sender)) return undefined;
  if (sender === unknownSender) {
    return 'SQS reported no sender for these commands, so nobody can decide about it. See commands-held in the runbook.';
  }
  if (/^\d{12}$/.test(sender) && decision === 'confirmed') {
    return `${sender} is an AWS account: its root user, or a federated user. Such a sender cannot be bound. Let the producer send with a role.`;
  }
  // A sender that cannot be bound can be rejected. Otherwise its commands would stay held for good.
  if (decision === 'rejected' && held > 0) return undefined;
  return 'The ID must be the unique ID of a role (AROA…) or a user (AIDA…), without the session after the colon.';
}

/** The principal that binds a confirmed sender for good. `replaces` is the senderId that its role or user has there. */
export function principalOf(
  sender: string,
  { principals }: Pick<ProducerSettings, 'principals'>,
): { principal: BoundPrincipal; isKnown: boolean; replaces?: string } {
  const kind = sender.startsWith('AROA') ? 'role' : 'user';
  const [only, ...others] = principals.filter(isDirect).filter((principal) => kind in principal);
  const isKnown = only !== undefined && others.length === 0;
  const arn = isKnown ? arnOf(only) : `arn:aws:iam::ACCOUNT:${kind}/NAME`;
  const principal = kind === 'role' ? { role: arn, senderId: sender } : { user: arn, senderId: sender };
  return { principal, isKnown, ...(isKnown && only.senderId !== undefined && { replaces: only.senderId }) };
}

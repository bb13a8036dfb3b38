import { isDeepStrictEqual } from 'node:util';
import type { Outcome } from '../../../lambdas/domain/contract/outcome.ts';
import type { Run } from '../steps/perform.ts';

/** Every message has its outcome, and nobody is told two different things about one request. */
export function outcomeFaults({ pipeline, producers, restless }: Run): string[] {
  const faults = restless.map((messageId) => `${messageId} never comes to its end`);
  const { outcomes } = pipeline;

  for (const [messageId, command] of producers.messages) {
    const told = outcomes.filter(({ messageId: of, outcome }) => of === messageId && outcome !== 'parked');
    if (told.length === 0) faults.push(`${messageId} (${command.request} ${command.action}) has no outcome`);
  }
  for (const [outcomeId, told] of Map.groupBy(outcomes, (outcome) => outcome.outcomeId)) {
    const contents = new Set(told.map(contentOf));
    if (contents.size > 1)
      faults.push(`outcome ${outcomeId} is told in ${contents.size} ways: ${[...contents].join(' / ')}`);
  }
  for (const [request, told] of Map.groupBy(outcomes.filter(isAnswer), requestOf)) {
    const answers = Map.groupBy(told, ({ outcomeId }) => outcomeId);
    if (producers.ambiguous.has(request)) continue;
    const kinds = [...answers.values()].flatMap(([first]) => (first === undefined ? [] : [nameOf(first)]));
    if (kinds.length > 1) faults.push(`${request} is told ${kinds.length} different answers: ${kinds.join(', ')}`);
  }
  for (const outcome of outcomes) {
    const command = producers.messages.get(outcome.messageId);
    if (command?.isValid === false && outcome.reason !== 'invalid-command') {
      faults.push(`${outcome.messageId} is not valid, yet is told ${nameOf(outcome)}`);
    }
  }
  for (const outcome of outcomes) {
    const command = producers.messages.get(outcome.messageId);
    if (command === undefined || producers.ambiguous.has(command.request)) continue;
    if (!isDeepStrictEqual(outcome.metadata, command.body.metadata)) {
      faults.push(`${outcome.messageId} hears ${nameOf(outcome)} with other metadata than it had`);
    }
  }
  // A link that was asked for with its code is followed by one word about that, at least.
  const aboutCodes = new Set(outcomes.filter(isOfCode).map(requestOf));
  for (const { request, action, body } of producers.sent) {
    const isMade = outcomes.some((outcome) => outcome.outcome === 'created' && requestOf(outcome) === request);
    if (isMade && !producers.ambiguous.has(request) && action === 'create' && 'qr' in body && !aboutCodes.has(request))
      faults.push(`${request} never hears of its code`);
  }
  return faults;
}

/**
 * What answers the request itself. Not: a rejection that the request's record does not hold, since the message was not
 * valid or used another's requestId; nor "parked", which is not the last word; nor what is told of a link's end, or of the code of a link that was asked for with its create.
 */
function isAnswer(outcome: Outcome): boolean {
  if (outcome.requestId === null || outcome.action === null || isOfCode(outcome)) return false;
  if (outcome.outcome === 'parked') return false;
  return outcome.reason !== 'invalid-command' && outcome.reason !== 'request-id-reused';
}

function isOfCode({ action, outcome }: Outcome): boolean {
  return action === 'create' && (outcome === 'qr-ready' || outcome === 'qr-failed');
}

function requestOf({ source, requestId }: Outcome): string {
  return `${source}/${requestId}`;
}

function nameOf({ outcome, reason, link }: Outcome): string {
  return [outcome, reason, link?.version && `version ${link.version}`].filter(Boolean).join(' ');
}

/** All but what tells one telling from another. */
function contentOf(outcome: Outcome): string {
  const { repeat: _, messageId: __, decidedAt: ___, ...content } = outcome;
  return JSON.stringify(content);
}

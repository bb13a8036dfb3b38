import { isDeepStrictEqual } from 'node:util';
import type { Outcome } from '../../../lambdas/domain/contract/outcome.ts';
import type { Run } from '../steps/perform.ts';

/** Every message gets an outcome, and all outcomes of one request agree. */
export function outcomeFaults({ pipeline, producers, restless }: Run): string[] {
  const faults = restless.map((messageId) => `${messageId} stays in its queue`);
  const { outcomes: forAll, privateOutcomes } = pipeline;
  const outcomes = [...forAll, ...privateOutcomes];

  for (const [messageId, command] of producers.messages) {
    const published = outcomes.filter(({ messageId: of, outcome }) => of === messageId && outcome !== 'parked');
    if (published.length === 0) faults.push(`${messageId} (${command.request} ${command.action}) has no outcome`);
  }
  for (const [outcomeId, published] of Map.groupBy(outcomes, (outcome) => outcome.outcomeId)) {
    const contents = new Set(published.map(contentOf));
    if (contents.size > 1)
      faults.push(`outcome ${outcomeId} has ${contents.size} contents: ${[...contents].join(' / ')}`);
  }
  for (const [request, published] of Map.groupBy(outcomes.filter(isAnswer), requestOf)) {
    const answers = Map.groupBy(published, ({ outcomeId }) => outcomeId);
    if (producers.ambiguous.has(request)) continue;
    const kinds = [...answers.values()].flatMap(([first]) => (first === undefined ? [] : [nameOf(first)]));
    if (kinds.length > 1) faults.push(`${request} has ${kinds.length} different outcomes: ${kinds.join(', ')}`);
  }
  for (const outcome of outcomes) {
    const command = producers.messages.get(outcome.messageId);
    if (command?.isValid === false && outcome.reason !== 'invalid-command') {
      faults.push(`${outcome.messageId} is invalid, but ended as ${nameOf(outcome)}`);
    }
  }
  for (const outcome of outcomes) {
    const command = producers.messages.get(outcome.messageId);
    if (command === undefined || producers.ambiguous.has(command.request)) continue;
    if (!isDeepStrictEqual(outcome.metadata, command.body.metadata)) {
      faults.push(`${outcome.messageId} has other metadata than its outcome ${nameOf(outcome)}`);
    }
  }
  // A create with a QR code has at least one outcome of that code.
  const aboutCodes = new Set(outcomes.filter(isOfCode).map(requestOf));
  for (const { request, action, body } of producers.sent) {
    const isMade = outcomes.some((outcome) => outcome.outcome === 'created' && requestOf(outcome) === request);
    if (isMade && !producers.ambiguous.has(request) && action === 'create' && 'qr' in body && !aboutCodes.has(request))
      faults.push(`${request} has no outcome of its QR code`);
  }
  return faults;
}

/**
 * Whether an outcome answers the request itself. `parked` does not, because it is not final. A rejection of an invalid message,
 * or of a reused requestId, is not in the request record. Outcomes of a link's end or of a create's QR code do not answer it.
 */
function isAnswer(outcome: Outcome): boolean {
  if (outcome.requestId === null || outcome.action === null || isOfCode(outcome)) return false;
  // A get has no record: each of its answers is what one reading found.
  if (outcome.outcome === 'parked' || outcome.action === 'get') return false;
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

/** The outcome's content, without the fields in which its repeats differ. */
function contentOf(outcome: Outcome): string {
  const { repeat: _, messageId: __, decidedAt: ___, ...content } = outcome;
  return JSON.stringify(content);
}

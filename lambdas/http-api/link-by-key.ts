import { campaignRequestId } from '../domain/campaign/row-identity.ts';
import type { OpenedMessage } from '../domain/contract/envelope.ts';
import type { Fault } from '../domain/contract/fault.ts';
import { type RequestKey, requestKey } from '../domain/contract/request-key.ts';
import { addressOfKey, decideByKey, type KeyDecision } from '../domain/http/by-key.ts';
import { pointed } from '../domain/http/pointers.ts';
import { HttpProblem } from '../domain/http/problem.ts';
import type { ProblemName } from '../domain/http/problems.ts';
import { endedDetail } from '../domain/http/reasons.ts';
import { linkPath, requestPath } from '../domain/http/request-answer.ts';
import type { HttpProducer } from '../domain/http/rules.ts';
import type { LinkRecord } from '../domain/link/ledger-record.ts';
import { isoSeconds, secondsNow } from '../domain/work/clock.ts';
import type { Answer } from './answer.ts';
import { type Asked, completed, laneOf } from './asked.ts';
import { readBody } from './body.ts';
import type { Call } from './call.ts';
import type { CommandApi } from './commands.ts';
import type { HttpApiPorts } from './ports.ts';
import { oneOf, onlyThese } from './query.ts';
import { isReused, type Progress } from './sending.ts';
import type { Trip } from './trip.ts';

/** Fields of a command that the path or the ledger decides. */
const decidedFields = ['action', 'requestId', 'specVersion'];

/**
 * How often a call decides again. A key's create may end while the call waits for it, and then the call has to change the
 * link. Another caller may do the same in the meantime.
 */
const mostDecisions = 3;

/**
 * `PUT /links/by-key/{campaign}/{key}`: the link of a key as the body has it. It decides as the check of a campaign decides
 * about a row with this key, and both have the same requests.
 */
export async function putLinkByKey(
  call: Call,
  own: readonly HttpProducer[],
  { campaign, key }: { campaign: string; key: string },
  trip: Trip,
  commands: CommandApi,
  ports: HttpApiPorts,
): Promise<Answer> {
  onlyThese(call, ['lane', 'source']);
  const opened = bodyOf(call);
  const { source: named } = opened.command ?? {};
  const { producer, admission } = trip.enter(call, own, typeof named === 'string' ? named : undefined);
  const lane = laneOf(producer, oneOf(call, 'lane'));
  const requestId = campaignRequestId(campaign, key);
  trip.requestId = requestId;
  const requestedAt = new Date(ports.clock.wallMilliseconds()).toISOString();
  const create = completed(opened, { source: producer.source, requestedAt, requestId });
  const whole = { ...create, command: { ...create.command, action: 'create', requestId } };
  const wanted = await checked(whole, lane, commands);
  const [state] = await Promise.all([commands.sending.laneNow(lane), admission.check()]);

  for (let decision = 1; ; decision++) {
    const decided = await decide(whole.command, wanted, ports);
    if ('problem' in decided) throw problem(decided.problem, decided.faults, decided.ended);
    const asked = await askedIn(decided, wanted, lane, commands);
    const [found] = asked === undefined ? [] : await commands.sending.look([asked]);
    const other = await underWay(decided, found, commands);
    if (other !== undefined) {
      if (decision < mostDecisions && (await commands.awaitEnd(other, call, trip))) continue;
      throw new HttpProblem('in-progress', { retryAfter: 2 });
    }
    if (decided.change === 'unchanged') return unchanged(decided.link, requestId, call);
    if (found === undefined) throw new Error('a command has no place in the ledger');
    // Another call has just changed the link, or notes another change at this moment.
    if (found.stands === 'reused' || !(await noteChange(decided, found, ports))) {
      if (decision < mostDecisions) continue;
      throw new HttpProblem('in-progress', { retryAfter: 2 });
    }
    const [progress = found] = await commands.carryOut([takenOver(found)], state, call, trip);
    if (decision < mostDecisions && mustDecideAgain(progress)) continue;
    if (isReused(progress) || (progress.stands === 'running' && found.stands === 'running' && !trip.hasWaited))
      throw new HttpProblem('in-progress', { retryAfter: 2 });
    const answer = await commands.answer(progress, call, trip);
    return { ...answer, body: { ...(answer.body as object), change: decided.change } };
  }
}

/** The body, with faults for the fields that a link by its key does not have. */
function bodyOf(call: Call): OpenedMessage {
  const { isList, commands } = readBody(call);
  const [opened] = commands;
  if (isList || opened === undefined)
    throw new HttpProblem('invalid-json', { detail: 'The body is a list. Send one link as a JSON object.' });
  const named = decidedFields.filter((field) => opened.command !== undefined && Object.hasOwn(opened.command, field));
  if (named.length > 0) {
    const message = 'is not a field here: the path names the request';
    throw problem(
      'invalid-command',
      named.map((path) => ({ path, rule: 'unknown-field', message })),
    );
  }
  return opened;
}

async function checked(opened: OpenedMessage, lane: string, { check }: CommandApi): Promise<Asked> {
  const asked = await check(opened, lane);
  if ('errors' in asked) throw new HttpProblem('invalid-command', { errors: asked.errors });
  return asked;
}

type Decided = (Exclude<KeyDecision, { change: 'unchanged' }> | { change: 'unchanged'; link: LinkRecord }) & {
  /** The request of the key. */
  key: RequestKey;
  /** The last change of the key's link that came by the HTTP API. */
  lastChange: string | undefined;
};

async function decide(raw: Record<string, unknown>, { command }: Asked, ports: HttpApiPorts): Promise<Decided> {
  const { ledger, records, linkIdSecret, clock } = ports;
  const { source, requestId } = command;
  const key = { source, requestId };
  // The change comes first: if it ends between the two reads, the link's record has it.
  const lastChange = await records.lastChange(key);
  const request = (await ledger.requests([key])).get(requestKey(key));
  const address = addressOfKey(requestId, raw, request);
  const link = address === undefined ? undefined : await ledger.link(address);
  const secret = await linkIdSecret.value();
  const decided = decideByKey(raw, { request, link, command, linkIdSecret: secret, nowSeconds: secondsNow(clock) });
  const common = { key, lastChange };
  if (!('change' in decided) || decided.change !== 'unchanged') return { ...decided, ...common };
  if (link === undefined) throw new Error('an unchanged link has a record');
  return { change: 'unchanged', link, ...common };
}

/** The command of a decision. Undefined if nothing is to be sent. */
async function askedIn(
  decided: Decided,
  wanted: Asked,
  lane: string,
  commands: CommandApi,
): Promise<Asked | undefined> {
  if (!('command' in decided)) return undefined;
  return decided.change === 'created' ? wanted : checked({ command: decided.command, faults: [] }, lane, commands);
}

/**
 * Another content of the key that is under way: its create, or the last change of its link. Two contents at once could
 * leave the link with the older one.
 */
async function underWay(
  { key, lastChange }: Decided,
  found: Progress | undefined,
  { sending }: CommandApi,
): Promise<RequestKey | undefined> {
  if (found?.stands === 'reused' && found.known.request === undefined) return found.asked.command;
  if (lastChange === undefined || found?.asked.command.requestId === lastChange) return undefined;
  const change = { ...key, requestId: lastChange };
  return (await sending.isUnderWay(change)) ? change : undefined;
}

/** Notes which change of the key's link comes next. @returns false if another call has noted one in the meantime */
function noteChange({ key, lastChange }: Decided, found: Progress, { records }: HttpApiPorts): Promise<boolean> {
  const { requestId } = found.asked.command;
  if (requestId === key.requestId || requestId === lastChange) return Promise.resolve(true);
  return records.noteChange(key, requestId, lastChange);
}

/** The call takes over a claim of another content that was lost. The worker refuses it if that content was sent after all. */
const takenOver = (found: Progress): Progress =>
  found.stands === 'abandoned' ? { ...found, stands: 'crashed' } : found;

/** The key's request has another content by now: the next decision sees its link. */
const mustDecideAgain = (one: Progress) => isReused(one) || one.known.http?.waiting?.reason === 'request-id-reused';

function problem(name: ProblemName, faults: readonly Fault[], ended?: { outcome: string; reason: string }) {
  const hasFaults = faults.length > 0;
  return new HttpProblem(name, {
    ...(ended && { reason: ended.reason, detail: endedDetail(ended.outcome, ended.reason, hasFaults) }),
    ...(hasFaults && { errors: pointed(faults) }),
  });
}

function unchanged(link: LinkRecord, requestId: string, call: Call): Answer {
  const { address, shortUrl, expiresAt, version } = link;
  const body = {
    requestId,
    status: 'done',
    since: link.applied.requestedAt,
    href: requestPath(call, requestId),
    change: 'unchanged',
    link: { ...address, shortUrl, expiresAt: isoSeconds(expiresAt), version },
  };
  return { status: 200, headers: { 'Content-Location': linkPath(call, address) }, body };
}

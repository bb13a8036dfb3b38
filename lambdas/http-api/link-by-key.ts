import {
  answersCommand,
  attemptRequestId,
  hasTimeAgain,
  madeNoLink,
  mostAttempts,
} from '../domain/campaign/attempts.ts';
import { campaignRequestId } from '../domain/campaign/row-identity.ts';
import type { OpenedMessage } from '../domain/contract/envelope.ts';
import { type RequestKey, requestKey } from '../domain/contract/request-key.ts';
import { addressOfKey, decideByKey, type KeyDecision } from '../domain/http/by-key.ts';
import { waitSecondsOf } from '../domain/http/headers.ts';
import { pointed } from '../domain/http/pointers.ts';
import { HttpProblem } from '../domain/http/problem.ts';
import { codeOfLink, codePath, linkPath, requestPath } from '../domain/http/request-answer.ts';
import type { HttpProducer } from '../domain/http/rules.ts';
import type { LinkRecord, RequestRecord } from '../domain/link/ledger-record.ts';
import { isoSeconds, secondsNow } from '../domain/work/clock.ts';
import type { Answer } from './answer.ts';
import { type Asked, completed, laneOf } from './asked.ts';
import { readBody } from './body.ts';
import type { Call } from './call.ts';
import type { CampaignNotes } from './campaign-notes.ts';
import { withImage } from './codes.ts';
import type { CommandApi } from './commands.ts';
import type { HttpApiPorts } from './ports.ts';
import { oneOf, onlyThese } from './query.ts';
import { isReused, type Progress } from './sending.ts';
import type { Trip } from './trip.ts';

/** Fields of a command that the path or the ledger decides. */
const decidedFields = ['action', 'requestId'];

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
  notes: CampaignNotes,
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
  const wish: Wish = {
    raw: whole.command,
    asked: await checked(whole, lane, commands),
    namesItsTime: Object.hasOwn(opened.command ?? {}, 'requestedAt'),
  };
  const [state] = await Promise.all([commands.sending.laneNow(lane), admission.check()]);

  for (let decision = 1; ; decision++) {
    const { decided, found } = await next(wish, lane, commands, ports);
    const other = await underWay(decided, found, commands);
    if (other !== undefined) {
      if (decision < mostDecisions && (await commands.awaitEnd(other, call, trip))) continue;
      throw new HttpProblem('in-progress', { retryAfter: 2 });
    }
    if (decided.change === 'unchanged') return unchanged(decided, call, ports);
    if (found === undefined) throw new Error('a command has no place in the ledger');
    // Another call has just changed the link, or notes another change at this moment.
    if (found.stands === 'reused' || !(await noteChange(decided, found, ports))) {
      if (decision < mostDecisions) continue;
      throw new HttpProblem('in-progress', { retryAfter: 2 });
    }
    await notes.note({ source: producer.source, name: campaign });
    const [progress = found] = await commands.carryOut([takenOver(found)], state, call, trip);
    if (decision < mostDecisions && mustDecideAgain(progress)) continue;
    if (isReused(progress) || (progress.stands === 'running' && found.stands === 'running' && !trip.hasWaited))
      throw new HttpProblem('in-progress', { retryAfter: 2 });
    const answer = await commands.answer(progress, call, trip);
    return { ...answer, body: { ...(answer.body as object), change: decided.change } };
  }
}

/** What a call wants the link of its key to be. */
interface Wish {
  /** The create, as an object of the contract. */
  raw: Record<string, unknown>;
  asked: Asked;
  /** Whether the body has a `requestedAt`. */
  namesItsTime: boolean;
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
    const faults = named.map((path) => ({ path, rule: 'unknown-field', message }));
    throw problem({ problem: 'invalid-command', faults });
  }
  return opened;
}

async function checked(opened: OpenedMessage, lane: string, { check }: CommandApi): Promise<Asked> {
  const asked = await check(opened, lane);
  if ('errors' in asked) throw new HttpProblem('invalid-command', { errors: asked.errors });
  return asked;
}

/**
 * What the call does next, and what the ledger knows of it. A change that ended because of time alone is tried again, as
 * another request.
 */
async function next(
  wish: Wish,
  lane: string,
  commands: CommandApi,
  ports: HttpApiPorts,
): Promise<{ decided: Exclude<Decided, { problem: string }>; found: Progress | undefined }> {
  for (let attempt = 1; ; attempt++) {
    const decided = await decide(wish, attempt, ports);
    if ('problem' in decided) throw problem(decided);
    const asked = await askedIn(decided, wish, lane, commands);
    const [found] = asked === undefined ? [] : await commands.sending.look([asked]);
    const ended = found?.stands === 'answered' ? found.known.request : undefined;
    const isLast = decided.change === 'created' || attempt === mostAttempts || ended === undefined;
    if (isLast || asked === undefined) return { decided, found };
    const now = ports.clock.wallMilliseconds();
    if (!hasTimeAgain(ended, asked.command, now, decided.link?.applied.requestedAt)) return { decided, found };
  }
}

type Decided = (
  | (Exclude<KeyDecision, { change: 'unchanged' }> & { link?: LinkRecord | undefined })
  | { change: 'unchanged'; link: LinkRecord }
) & {
  /** The request of the key. */
  key: RequestKey;
  /** The last change of the key's link that came by the HTTP API. */
  lastChange: string | undefined;
};

interface Attempt {
  key: RequestKey;
  lastChange: string | undefined;
  request: RequestRecord | undefined;
}

/** The attempt to make the key's link that counts: the one that made it, or the first without an outcome. */
async function attemptOf({ command }: Asked, { ledger, records, linkIdSecret, clock }: HttpApiPorts): Promise<Attempt> {
  let ended: RequestRecord | undefined;
  for (let attempt = 1; ; attempt++) {
    const key = { source: command.source, requestId: attemptRequestId(command.requestId, attempt) };
    // The change comes first: if it ends between the two reads, the link's record has it.
    const lastChange = await records.lastChange(key);
    const request = (await ledger.requests([key])).get(requestKey(key));
    if (request === undefined && ended !== undefined) {
      const secret = await linkIdSecret.value();
      if (answersCommand(ended, command, secret, clock.wallMilliseconds()))
        return { key: { ...key, requestId: ended.requestId }, lastChange: undefined, request: ended };
    }
    if (request === undefined || !madeNoLink(request) || attempt === mostAttempts) return { key, lastChange, request };
    ended = request;
  }
}

async function decide(wish: Wish, attempt: number, ports: HttpApiPorts): Promise<Decided> {
  const { asked } = wish;
  const { ledger, linkIdSecret, clock } = ports;
  const { key, lastChange, request } = await attemptOf(asked, ports);
  const { requestId } = key;
  const address = addressOfKey(requestId, wish.raw, request);
  const link = address === undefined ? undefined : await ledger.link(address);
  const time = wish.namesItsTime ? {} : { requestedAt: timeAfter(link, clock.wallMilliseconds()) };
  const raw = { ...wish.raw, requestId, ...time };
  const command = { ...asked.command, requestId, ...time };
  const { derivesIds } = asked;
  const secret = await linkIdSecret.value();
  const facts = { request, link, command, derivesIds, linkIdSecret: secret, nowSeconds: secondsNow(clock) };
  const decided = decideByKey(raw, { ...facts, attempt });
  const common = { key, lastChange };
  if (!('change' in decided) || decided.change !== 'unchanged') return { ...decided, ...common, link };
  if (link === undefined) throw new Error('an unchanged link has a record');
  return { change: 'unchanged', link, ...common };
}

/**
 * When a change of this link is requested: now, and after the link's last change. That change may have come during this call, or
 * from a clock that is ahead. A change with an earlier time would end as superseded.
 */
function timeAfter(link: LinkRecord | undefined, nowMilliseconds: number): string {
  const last = link === undefined ? Number.NEGATIVE_INFINITY : Date.parse(link.applied.requestedAt);
  return new Date(Math.max(nowMilliseconds, last + 1)).toISOString();
}

/** The command of a decision. Undefined if nothing is to be sent. */
async function askedIn(
  decided: Decided,
  { asked }: Wish,
  lane: string,
  commands: CommandApi,
): Promise<Asked | undefined> {
  if (!('command' in decided)) return undefined;
  if (decided.command.requestId === asked.command.requestId) {
    const { requestedAt } = decided.command as { requestedAt: string };
    return { ...asked, command: { ...asked.command, requestedAt } };
  }
  return checked({ command: decided.command, faults: [] }, lane, commands);
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

function problem({ problem: name, faults, reason, detail }: Extract<KeyDecision, { problem: unknown }>): HttpProblem {
  return new HttpProblem(name, {
    ...(reason !== undefined && { reason }),
    ...(detail !== undefined && { detail }),
    ...(faults.length > 0 && { errors: pointed(faults) }),
  });
}

/** The answer for a link that is as the body has it. Its QR code is shown as a read of the key's request shows it. */
async function unchanged(
  { link, key }: Extract<Decided, { change: 'unchanged' }>,
  call: Call,
  ports: HttpApiPorts,
): Promise<Answer> {
  const { address, shortUrl, expiresAt, version } = link;
  const { requestId } = key;
  const isAsked = (await ports.records.find([key])).get(requestKey(key))?.qr === true;
  const qr = codeOfLink(requestId, link, isAsked, codePath(call, address));
  const body = {
    requestId,
    status: 'done',
    since: link.applied.requestedAt,
    href: requestPath(call, requestId),
    change: 'unchanged',
    link: { ...address, shortUrl, expiresAt: isoSeconds(expiresAt), version },
    ...(qr !== undefined && { qr }),
  };
  const answer = { status: 200, headers: { 'Content-Location': linkPath(call, address) }, body };
  return waitSecondsOf(call.header('prefer')) > 0 ? withImage(answer, { known: { link } }, ports) : answer;
}

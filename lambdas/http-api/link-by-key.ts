import { campaignRequestId } from '../domain/campaign/row-identity.ts';
import type { OpenedMessage } from '../domain/contract/envelope.ts';
import type { Fault } from '../domain/contract/fault.ts';
import { requestKey } from '../domain/contract/request-key.ts';
import { addressOfKey, decideByKey, type KeyDecision } from '../domain/http/by-key.ts';
import { pointed } from '../domain/http/pointers.ts';
import { HttpProblem } from '../domain/http/problem.ts';
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
import { isOver } from './waiting.ts';

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
  await admission.check();

  for (let decision = 1; ; decision++) {
    const decided = await decide(whole.command, wanted, ports);
    if ('problem' in decided) throw problem(decided.problem, decided.faults);
    if (decided.change === 'unchanged') return unchanged(decided.link, requestId, call);
    const asked =
      decided.change === 'created' ? wanted : await checked({ command: decided.command, faults: [] }, lane, commands);
    const [found] = await commands.sending.look([asked]);
    if (found === undefined) throw new Error('a command has no place in the ledger');
    const [progress = found] = await commands.carryOut([takenOver(found)], lane, call, trip, isEnough);
    if (decision < mostDecisions && mustDecideAgain(progress)) continue;
    // Another content of the key is on its way, or this content is, and the call does not wait.
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

type Decided = Exclude<KeyDecision, { change: 'unchanged' }> | { change: 'unchanged'; link: LinkRecord };

async function decide(raw: Record<string, unknown>, { command }: Asked, ports: HttpApiPorts): Promise<Decided> {
  const { ledger, linkIdSecret, clock } = ports;
  const key = requestKey(command);
  const request = (await ledger.requests([command])).get(key);
  const address = addressOfKey(command.requestId, raw, request);
  const link = address === undefined ? undefined : await ledger.link(address);
  const facts = {
    request,
    link,
    command,
    linkIdSecret: await linkIdSecret.value(),
    nowSeconds: secondsNow(clock),
  };
  const decided = decideByKey(raw, facts);
  if (!('change' in decided) || decided.change !== 'unchanged') return decided as Decided;
  if (link === undefined) throw new Error('an unchanged link has a record');
  return { change: 'unchanged', link };
}

/** The call takes over a claim of another content that was lost. The worker refuses it if that content was sent after all. */
const takenOver = (found: Progress): Progress =>
  found.stands === 'abandoned' ? { ...found, stands: 'crashed' } : found;

/** While the key's create with another content is under way, the call waits for its outcome, and then decides again. */
const isEnough = (one: Progress) => (isReused(one) ? mustDecideAgain(one) : isOver(one));

/** The key's create has an outcome by now, or its claim was lost: the next decision sees it. */
function mustDecideAgain(one: Progress): boolean {
  const { request, http } = one.known;
  if (isReused(one)) return request !== undefined || one.stands === 'abandoned';
  return request === undefined && http?.waiting?.reason === 'request-id-reused';
}

const problem = (name: ConstructorParameters<typeof HttpProblem>[0], faults: readonly Fault[]) =>
  new HttpProblem(name, faults.length > 0 ? { errors: pointed(faults) } : {});

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

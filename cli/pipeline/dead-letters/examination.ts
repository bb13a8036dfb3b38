import * as z from 'zod';
import { removalInStreamRecord } from '../../../lambdas/adapters/ledger-item.ts';
import type { Command } from '../../../lambdas/domain/contract/command.ts';
import { openEnvelope } from '../../../lambdas/domain/contract/envelope.ts';
import { jsonText } from '../../../lambdas/domain/contract/json-text.ts';
import { type QrJob, qrJobSchema } from '../../../lambdas/domain/contract/qr-job.ts';
import type { RequestKey } from '../../../lambdas/domain/contract/request-key.ts';
import { commandDigest } from '../../../lambdas/domain/link/digest.ts';
import { isLater, type LinkRecord, type RequestRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import { deriveLinkId, type LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import { stateForCreate } from '../../../lambdas/domain/link/link-state.ts';
import type { Removal } from '../../../lambdas/domain/link/removal.ts';
import type { ConfiguredPipeline } from '../configured-pipeline.ts';
import type { DeployedPipeline } from '../deployed-pipeline.ts';
import { laneReader } from '../lane-reader.ts';
import type { ChosenPipeline } from '../pipeline-choice.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { DeadLetterQueue } from './dead-letter-queues.ts';
import { type KnownSenders, type SenderFault, senderFault } from './letter-sender.ts';

const usualWords = {
  unreadable: 'is not JSON: a redrive rejects it',
  'request-id-reused': 'another command has an outcome under its requestId: a redrive rejects it',
  stale: 'validUntil has passed: a redrive ends it as stale',
  'link-made': 'its link exists, its outcome is not recorded: a redrive publishes it, at no cost',
  'link-taken': 'its chosen ID belongs to another link: a redrive ends it as conflict, or derives an ID',
  'change-applied': 'it was applied, its outcome is not recorded: a redrive publishes it',
  'change-unsettled': 'it may have been applied: a redrive verifies that with a GET, which is free',
  superseded: 'a later change was applied: a redrive ends it as superseded',
  'link-unknown': 'the ledger does not have its link',
  'link-deleted': 'the link was deleted: a redrive reports that',
  'not-owner': 'the link belongs to another source: a redrive rejects it',
  'image-stored': 'an image of the link is stored: a redrive fetches it again, and publishes the outcome',
  'link-back': 'the ledger has a link at its address again: a redrive changes nothing',
  'expiry-unchecked': 'its expiry has not been checked: a redrive checks it',
  'check-stopped':
    'the check of a campaign’s file has stopped: a redrive continues it, or finds that nothing is left to do',
  'not-delivered':
    'SNS could not post this outcome: when the receiver works, a redrive publishes it again, for all receivers of its source',
  unknown: 'the ledger does not show why: read the worker’s log; a redrive tries it again',
} as const;
type Usual = keyof typeof usualWords;

/** Why a message may have become a dead letter, by what is known now, and what a redrive would do. */
interface Reason {
  reason: Usual | 'invalid' | 'answered' | SenderFault['reason'];
  words: string;
}

const reasonFor = (reason: Usual, words: string = usualWords[reason]): Reason => ({ reason, words });

function invalid(rules: readonly string[]): Reason {
  return { reason: 'invalid', words: `breaks rules (${[...new Set(rules)].join(', ')}): a redrive rejects it` };
}

/** The request of a dead letter, and the reason why it may be one. */
export interface Examination extends Reason {
  source: string | null;
  requestId: string | null;
  action: string | null;
  /** Only if the sender may not send as the source. */
  sender?: string;
}

export interface ExaminationPorts {
  ledger: {
    request(asked: RequestKey): Promise<RequestRecord | undefined>;
    link(address: LinkAddress): Promise<LinkRecord | undefined>;
  };
  pipeline: Pick<ConfiguredPipeline, 'settings' | 'account'>;
  /** The link-ID secret. Without it, the examination finds neither derived links nor a reused `requestId`. */
  secret: string | undefined;
  senders: KnownSenders;
  nowMilliseconds(): number;
}

/**
 * What an examination of dead letters needs. If the caller may not read the link-ID secret, or if the ledger was written with another
 * one, it warns and continues without it.
 *
 * @throws OperatorError if lib/config/config.ts does not have the pipeline
 */
export async function examinationPorts(
  chosen: ChosenPipeline,
  { ledger, linkIdSecret, senders, outputs }: DeployedPipeline,
): Promise<ExaminationPorts> {
  const pipeline = chosen.configuredFor('the lanes’ producers and templates');
  const secret = await linkIdSecret.value().catch((error: unknown) => {
    const words = error instanceof Error ? error.message : String(error);
    console.error(`${words} Without it, the listing cannot look up the links of creates with a derived shortlinkId.`);
    return undefined;
  });
  const vouching = new Set((outputs.VouchingRoleIds ?? '').split(','));
  const known = { vouching, decisions: await senders.decisions() };
  return { ledger, pipeline, secret, senders: known, nowMilliseconds: Date.now };
}

/** Examines a dead letter, with the ledger's records of its request and its link. */
export function examine(
  queue: Pick<DeadLetterQueue, 'lane' | 'kind' | 'source'>,
  letter: Pick<DeadLetter, 'body' | 'sentAtMilliseconds' | 'senderId' | 'attributes'>,
  ports: ExaminationPorts,
): Promise<Examination> {
  switch (queue.kind) {
    case 'commands':
      return examineCommand({ ...queue, kind: queue.kind }, letter, ports);
    case 'ingress':
      return examineCommand({ ...queue, kind: queue.kind }, letter, ports).then(inIngressQueue);
    case 'qr':
      return examineJob(letter.body, ports);
    case 'expiry':
      return examineExpired(letter.body, ports);
    case 'campaigns':
      return Promise.resolve({ ...nobody, ...reasonFor('check-stopped') });
    case 'deliveries':
      return Promise.resolve(examineDelivery(letter.body));
  }
}

const qrJobText = jsonText(qrJobSchema);
const nobody = { source: null, requestId: null, action: null };
/** For a message that neither a worker nor the expiry intake wrote. */
const foreign = (what: string) => ({
  ...nobody,
  ...reasonFor('unreadable', `is not ${what}, and a redrive cannot fix it: purge it`),
});

/** The forwarder could not pass the message on, so the worker's log does not have it. */
function inIngressQueue(examination: Examination): Examination {
  const words =
    examination.reason === 'unknown'
      ? 'the forwarder could not pass it on: read the forwarder’s log; a redrive tries it again'
      : `${examination.words}; the forwarder’s log shows why it was not passed on`;
  return { ...examination, words };
}

/** The sender comes first, as for the worker. */
async function examineCommand(
  queue: Pick<DeadLetterQueue, 'lane' | 'kind' | 'source'>,
  letter: Pick<DeadLetter, 'body' | 'sentAtMilliseconds' | 'senderId' | 'attributes'>,
  ports: ExaminationPorts,
): Promise<Examination> {
  const { body, sentAtMilliseconds } = letter;
  const { secret } = ports;
  const { settings } = ports.pipeline;
  const opened = openEnvelope(body);
  if (opened.command === undefined) return { ...nobody, ...reasonFor('unreadable') };
  const reading = laneReader(ports.pipeline, queue.lane)(opened, sentAtMilliseconds);
  const named = 'refused' in reading ? reading.refused : reading.command;
  const fault = senderFault(queue, letter, named.source, settings, ports.senders);
  if (fault !== undefined) return { source: named.source, requestId: named.requestId, action: named.action, ...fault };
  if ('refused' in reading) {
    // Only the rules: a path may hold a name from the producer's data.
    const { source, requestId, action, faults } = reading.refused;
    return { source, requestId, action, ...invalid(faults.map(({ rule }) => rule)) };
  }
  const { command } = reading;
  const shortlinkId =
    command.shortlinkId ?? (secret === undefined ? undefined : deriveLinkId(secret, command, settings.linkIdLength));
  const address = shortlinkId === undefined ? undefined : { onelinkId: command.onelinkId, shortlinkId };
  const known = await knownOf(command, address, ports);
  const digest = secret === undefined ? undefined : commandDigest(secret, command);
  const { source, requestId, action } = command;
  return { source, requestId, action, ...reasonOfCommand(command, digest, known) };
}

async function examineJob(body: string, ports: ExaminationPorts): Promise<Examination> {
  const job = qrJobText.safeParse(body).data;
  if (job === undefined) return foreign('a QR job');
  const known = await knownOf(job, job, ports);
  const { source, requestId, action } = job;
  return { source, requestId, action, ...reasonOfQrJob(job, known) };
}

async function examineExpired(body: string, { ledger }: ExaminationPorts): Promise<Examination> {
  const removal = removalInStreamRecord(body);
  if (removal === undefined) return foreign('the record of a link');
  const { source, requestId, address } = removal.record;
  return { source, requestId, action: null, ...reasonOfExpired(removal, await ledger.link(address)) };
}

/** What SNS posts: a notification, whose message is the outcome. */
const deliveryText = jsonText(z.object({ Message: z.string() }));
/** What the listing shows of an outcome. A rejected command may have had neither source nor ID. */
const outcomeText = jsonText(
  z.object({
    outcome: z.string(),
    source: z.string().nullish(),
    requestId: z.string().nullish(),
    action: z.string().nullish(),
  }),
);

function examineDelivery(body: string): Examination {
  const notification = deliveryText.safeParse(body).data;
  const outcome = notification && outcomeText.safeParse(notification.Message).data;
  if (outcome === undefined) return { ...nobody, ...reasonFor('unreadable', 'is not an outcome that SNS posted') };
  const { source = null, requestId = null, action = null } = outcome;
  return { source, requestId, action, ...reasonFor('not-delivered') };
}

async function knownOf(
  asked: RequestKey,
  address: LinkAddress | undefined,
  { ledger, nowMilliseconds }: ExaminationPorts,
): Promise<Known> {
  const [request, link] = await Promise.all([ledger.request(asked), address && ledger.link(address)]);
  return { request, link, nowMilliseconds: nowMilliseconds() };
}

/** The ledger's records for a command or a job. */
interface Known {
  request: RequestRecord | undefined;
  /** The link of the command. For a create without a chosen ID, this is the link under the derived ID. */
  link: LinkRecord | undefined;
  nowMilliseconds: number;
}

/** @param digest of the command; undefined if the secret that keys it could not be read */
function reasonOfCommand(
  command: Command,
  digest: string | undefined,
  { request, link, nowMilliseconds }: Known,
): Reason {
  const answered = request && answeredBy(request, digest);
  if (answered !== undefined) return answered;
  const isLive = link?.state === 'live';
  const makes = command.action === 'create' || command.action === 'adopt';
  if (makes && isLive && isBy(command, link)) return reasonFor('link-made');
  if (command.validUntil !== undefined && Date.parse(command.validUntil) < nowMilliseconds) return reasonFor('stale');
  if (command.action === 'create') {
    // The address of another source's ended link stays that source's.
    const isAnothers =
      link !== undefined && command.shortlinkId !== undefined && stateForCreate(link, command) === 'not-owner';
    const isTaken = isAnothers || (isLive && link.expiresAt * 1000 > nowMilliseconds);
    return reasonFor(isTaken ? 'link-taken' : 'unknown');
  }
  const takesOver = command.action === 'adopt' || command.action === 'migrate';
  if (link === undefined) return reasonFor(takesOver ? 'unknown' : 'link-unknown');
  if (link.source !== command.source) return reasonFor('not-owner');
  if (command.action === 'adopt') return reasonFor('unknown');
  const isChange = command.action !== 'qr' && command.action !== 'get';
  if (!isChange) return reasonFor(link.state === 'deleted' ? 'link-deleted' : 'unknown');
  if (link.applied.requestId === command.requestId) return reasonFor('change-applied');
  if (!isLater(command, link.applied)) return reasonFor('superseded');
  if (link.state === 'deleted') return reasonFor('link-deleted');
  return reasonFor(link.lease?.requestId === command.requestId ? 'change-unsettled' : 'unknown');
}

function reasonOfQrJob(job: QrJob, { request, link }: Known): Reason {
  // A create's record has the outcome of the link. Only the record of a qr command has the outcome of the image.
  const answered = job.action === 'qr' && request ? answeredBy(request, job.commandDigest) : undefined;
  if (answered !== undefined) return answered;
  if (link === undefined) {
    return reasonFor('link-unknown', `${usualWords['link-unknown']}: a redrive ends it as qr-failed`);
  }
  if (link.state === 'deleted') return reasonFor('link-deleted');
  return reasonFor(link.qrKey === undefined ? 'unknown' : 'image-stored');
}

/** @param link what the ledger has at the address now */
function reasonOfExpired({ token }: Removal, link: LinkRecord | undefined): Reason {
  if (link === undefined) return reasonFor('unknown');
  return reasonFor(link.expiryCheck?.token === token ? 'expiry-unchecked' : 'link-back');
}

function answeredBy({ commandDigest, outcome }: RequestRecord, digest: string | undefined): Reason {
  if (digest !== undefined && digest !== commandDigest) return reasonFor('request-id-reused');
  return { reason: 'answered', words: `has its outcome (${outcome.outcome}): a redrive publishes it again` };
}

function isBy({ source, requestId }: Command, link: LinkRecord): boolean {
  return link.source === source && link.requestId === requestId;
}

import { removalInStreamRecord } from '../../../lambdas/adapters/ledger-item.ts';
import { openEnvelope } from '../../../lambdas/domain/contract/envelope.ts';
import { jsonText } from '../../../lambdas/domain/contract/json-text.ts';
import { qrJobSchema } from '../../../lambdas/domain/contract/qr-job.ts';
import type { RequestKey } from '../../../lambdas/domain/contract/request-key.ts';
import { commandDigest } from '../../../lambdas/domain/link/digest.ts';
import type { LinkRecord, RequestRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import { deriveLinkId, type LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import type { ConfiguredPipeline } from '../../pipeline/configured-pipeline.ts';
import type { DeployedPipeline } from '../../pipeline/deployed-pipeline.ts';
import { laneReader } from '../../pipeline/lane-reader.ts';
import type { ChosenPipeline } from '../../pipeline/pipeline-choice.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { DeadLetterQueue } from './dead-letter-queues.ts';
import {
  invalid,
  type Known,
  type Reason,
  reasonFor,
  reasonOfCommand,
  reasonOfExpired,
  reasonOfQrJob,
} from './reason.ts';

/** The request of a dead letter, and the reason why it may be one. */
export interface Examination extends Reason {
  source: string | null;
  requestId: string | null;
  action: string | null;
}

export interface ExaminationPorts {
  ledger: {
    request(asked: RequestKey): Promise<RequestRecord | undefined>;
    link(address: LinkAddress): Promise<LinkRecord | undefined>;
  };
  pipeline: Pick<ConfiguredPipeline, 'settings' | 'account'>;
  /** The link-ID secret. Without it, the examination finds neither derived links nor a reused `requestId`. */
  secret: string | undefined;
  nowMilliseconds(): number;
}

/**
 * What an examination of dead letters needs. If the caller may not read the link-ID secret, it warns and continues without it.
 *
 * @throws OperatorError if lib/config/config.ts does not have the pipeline
 */
export async function examinationPorts(
  chosen: ChosenPipeline,
  { ledger, linkIdSecret }: DeployedPipeline,
): Promise<ExaminationPorts> {
  const pipeline = chosen.configuredFor('the lanes’ producers and templates');
  const secret = await linkIdSecret.value().catch((error: unknown) => {
    const words = error instanceof Error ? error.message : String(error);
    console.error(`${words} Without it, the listing cannot look up the links of creates with a derived shortlinkId.`);
    return undefined;
  });
  return { ledger, pipeline, secret, nowMilliseconds: Date.now };
}

/** Examines a dead letter, with the ledger's records of its request and its link. */
export function examine(
  queue: Pick<DeadLetterQueue, 'lane' | 'kind'>,
  letter: Pick<DeadLetter, 'body' | 'sentAtMilliseconds'>,
  ports: ExaminationPorts,
): Promise<Examination> {
  switch (queue.kind) {
    case 'commands':
      return examineCommand(queue.lane, letter, ports);
    case 'qr':
      return examineJob(letter.body, ports);
    case 'expiry':
      return examineExpired(letter.body, ports);
  }
}

const qrJobText = jsonText(qrJobSchema);
const nobody = { source: null, requestId: null, action: null };
/** For a message that neither a worker nor the expiry intake wrote. */
const foreign = (what: string) => ({
  ...nobody,
  ...reasonFor('unreadable', `is not ${what}, and a redrive cannot fix it: purge it`),
});

async function examineCommand(
  lane: string,
  { body, sentAtMilliseconds }: Pick<DeadLetter, 'body' | 'sentAtMilliseconds'>,
  ports: ExaminationPorts,
): Promise<Examination> {
  const { secret } = ports;
  const { settings } = ports.pipeline;
  const opened = openEnvelope(body);
  if (opened.command === undefined) return { ...nobody, ...reasonFor('unreadable') };
  const reading = laneReader(ports.pipeline, lane)(opened, sentAtMilliseconds);
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

async function knownOf(
  asked: RequestKey,
  address: LinkAddress | undefined,
  { ledger, nowMilliseconds }: ExaminationPorts,
): Promise<Known> {
  const [request, link] = await Promise.all([ledger.request(asked), address && ledger.link(address)]);
  return { request, link, nowMilliseconds: nowMilliseconds() };
}

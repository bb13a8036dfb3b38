import type { ErasureRun, LinkTarget } from '../domain/acts/erasure-run.ts';
import { provedSender } from '../domain/contract/sender.ts';
import { wireJson } from '../domain/contract/wire-json.ts';
import { erasureDigest } from '../domain/link/digest.ts';
import type { LinkRecord } from '../domain/link/ledger-record.ts';
import type { Persons } from './subject-persons.ts';
import type { SubjectPorts, SubjectSettings } from './subject-ports.ts';

/** A delete may wait for quota, or lie among the dead letters. So often, and so seldom, it is sent again. */
const [againAfterMilliseconds, mostTimes] = [86_400_000, 40];

/**
 * One step for one link: its delete goes through its producer's lane, at the lane's pace and with its quota. Once the ledger has it
 * as deleted, its image and its record's fields go, too.
 *
 * @returns whether the link has come to its end
 */
export async function eraseLink(
  target: LinkTarget,
  persons: Persons,
  run: ErasureRun,
  settings: SubjectSettings,
  ports: SubjectPorts,
): Promise<boolean> {
  const { ledger, images } = ports;
  const { source, onelinkId, shortlinkId } = target;
  const link = { source, address: { onelinkId, shortlinkId } };
  const record = await ledger.link(link.address);
  const isTheirs = record?.source === source && (record.subject === undefined || persons.isDigest(record.subject));
  if (record !== undefined && (!isTheirs || (record.subject === undefined && record.erased !== true))) {
    target.end = 'other';
    return true;
  }
  if (record !== undefined && target.byRequest) {
    target.end = 'deleted';
    return true;
  }
  if (record?.state === 'live') {
    const left = await askForDelete(target, record, run, settings, ports);
    if (!left) return false;
    target.end = 'left';
    run.counts.linksLeft += 1;
    return true;
  }
  await images.remove(link);
  // Another delivery has changed the record since. The next pass sees it.
  if (record !== undefined && !(await ledger.cutLink(link, record.version))) return false;
  target.end = 'deleted';
  if (target.asked !== undefined) run.counts.linksDeleted += 1;
  return true;
}

/** @returns whether nobody can delete the link */
async function askForDelete(
  target: LinkTarget,
  record: LinkRecord,
  run: ErasureRun,
  { lanes }: SubjectSettings,
  { ledger, sources, lanes: queues, clock, newMessageId, linkIdSecret }: SubjectPorts,
): Promise<boolean> {
  const { source, onelinkId, shortlinkId, asked = 0, askedAt = 0 } = target;
  const producer = Object.hasOwn(sources, source) ? sources[source] : undefined;
  if (producer === undefined || !lanes.has(producer.lane) || !producer.templates.includes(onelinkId)) return true;
  const requestId = deleteRequestId(record, run.erasedAt, await linkIdSecret.value());
  const answered = await ledger.request({ source, requestId });
  // The API refuses it, or another system has made the link.
  if (answered !== undefined && answered.outcome.outcome !== 'deleted') return true;
  const now = clock.wallMilliseconds();
  if (asked > 0 && now - askedAt < againAfterMilliseconds) return false;
  if (asked >= mostTimes) return true;
  // Later than every change that the link has had. A producer's clock may be five minutes ahead.
  const requestedAt = new Date(Math.max(now, Date.parse(record.applied.requestedAt) + 1)).toISOString();
  const command = { specVersion: '1.0', source, requestId, action: 'delete', onelinkId, shortlinkId, requestedAt };
  const refused = await queues.sendBack(producer.lane, [
    {
      v: 1,
      lane: producer.lane,
      messageId: newMessageId(),
      sentAtMilliseconds: now,
      receiveCount: 0,
      parkedAtMilliseconds: now,
      source,
      requestId,
      sender: provedSender(source),
      groupId: 'subject-erase',
      body: wireJson(command),
    },
  ]);
  if (refused.length > 0) return true;
  target.askedAt = now;
  target.asked = asked + 1;
  return false;
}

/** One request for each version of a link, so that a repeat deletes nothing twice. Logs show it, so it hides the link's ID. */
function deleteRequestId({ address, version }: LinkRecord, erasedAt: number, secret: string): string {
  return `subject-erase/${erasureDigest(secret, address, version, erasedAt)}`;
}

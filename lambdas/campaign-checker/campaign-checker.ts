import type { CampaignRecord } from '../domain/campaign/record.ts';
import { RowReader } from '../domain/campaign/row-reader.ts';
import type { CampaignRules } from '../domain/campaign/rules.ts';
import { UnreadableFile } from '../domain/campaign/unreadable-file.ts';
import { commandReader } from '../domain/contract/command-reading.ts';
import { contractOf } from '../domain/onelink/api-variables.ts';
import type { BatchWork, Deadline, Delivery } from '../domain/work/delivery.ts';
import { nameOfError } from '../domain/work/observer.ts';
import { templateOf } from './drop-settings.ts';
import { endCheck } from './ending.ts';
import type { CampaignCheckerEnvironment } from './env.ts';
import { inboxObject } from './file-name.ts';
import { ownMessage, readMessage } from './messages.ts';
import { campaignCheckerMetric } from './names.ts';
import { openFile } from './opening.ts';
import type { CampaignCheckerPorts } from './ports.ts';
import { refuse, save } from './saving.ts';
import { checkSlice, type SliceRules, usualSizes } from './slice.ts';

/** How long one message works on a file. Then the next campaign in the queue has its turn. */
const sliceMilliseconds = 30_000;
/** A step and the report take some seconds each. With less time left, the next message does them. */
const spareMilliseconds = 40_000;

/** The message is the checker's own, and of another release. It returns, and ends as a dead letter. */
class UnknownForm extends Error {
  override readonly name = 'UnknownForm';
}

/**
 * The campaign checker reads the files that are dropped into the campaign bucket's inbox.
 *
 *     event of S3 ─▶ record of the drop ─▶ rows as chunks, step by step ─▶ report ─▶ `sending`, or `waiting`
 *                └─▶ refused as a whole         └─◀ a message to itself after half a minute
 *
 * It may crash at any point. The message returns, and continues from the record. What was written and not recorded is
 * written again, the same. Two runs for one drop race for the record, and the loser stops.
 */
export function campaignChecker(
  settings: CampaignCheckerEnvironment,
  rules: CampaignRules,
  ports: CampaignCheckerPorts,
  sizes = usualSizes,
): BatchWork {
  const { queue, observer, clock } = ports;

  const handle = async ({ body, messageId, sender }: Delivery, deadline: Deadline): Promise<void> => {
    const message = readMessage(body, settings.CAMPAIGN_BUCKET_NAME);
    if (message === 'unreadable') throw new UnknownForm();
    if ('foreign' in message) {
      observer.count(campaignCheckerMetric.messageForeign);
      observer.warn('a message of the campaign queue is neither S3’s nor the checker’s, and is dropped', {
        messageId,
        sender,
        reason: message.foreign,
        count: Buffer.byteLength(body),
      });
      return;
    }
    if ('continue' in message) {
      const { record } = await ports.campaigns.read(message.continue);
      if (record?.drop === message.continue.drop) await check(record, deadline);
      return;
    }
    const files = 'open' in message ? [message.open] : message.files;
    const [only, ...others] = files;
    if (only === undefined) return;
    if (others.length > 0) {
      for (const open of files) await queue.send(ownMessage({ open }), 0);
      return;
    }
    const record = await openFile(only, rules, ports);
    if (record) await check(record, deadline);
  };

  const check = async (record: CampaignRecord, deadline: Deadline): Promise<void> => {
    if (record.state !== 'checking') return;
    const { source, name, drop } = record;
    const until = clock.monotonicMilliseconds() + sliceMilliseconds;
    const hasTime = () => deadline.remainingMilliseconds() > spareMilliseconds;
    const mayGoOn = () => hasTime() && clock.monotonicMilliseconds() < until;
    try {
      const checked = record.check.done ? record : await checkSlice(record, sliceRules(record), mayGoOn, ports);
      if (checked === undefined) return;
      if (checked.check.done && hasTime()) await endCheck(checked, settings, ports);
      else await queue.send(ownMessage({ continue: { source, name, drop } }), 0);
    } catch (error) {
      if (error instanceof UnreadableFile) {
        const { record: now } = await ports.campaigns.read(record);
        if (now?.drop !== drop || now.state !== 'checking') return;
        await refuse(now, error.fault, (next) => save(next, now, ports), ports);
        return;
      }
      if (nameOfError(error) !== 'FileChanged') throw error;
      await queue.send(ownMessage({ open: record.file.key }), 0);
    }
  };

  const sliceRules = ({ source, name, settings: chosen, lane, file, asOf }: CampaignRecord): SliceRules => {
    const object = inboxObject(file.key);
    if (typeof object === 'string' || 'misplaced' in object)
      throw new Error('the record of a campaign names no file of a campaign');
    const read = commandReader({
      contract: contractOf(settings),
      producers: rules.producers.filter(({ lanes }) => lanes.includes(lane)),
      templates: rules.templates,
      policy: ports.policy,
    });
    const { format, isCompressed } = object;
    const template = templateOf(source, chosen, rules);
    const templates = rules.producers.find((one) => one.source === source)?.templates;
    const maxTtlDays = settings.MAX_TTL_DAYS;
    const onConflict = settings.LANES[lane]?.conflictPolicy;
    const named = { source, name, settings: chosen, template, templates, droppedAt: asOf ?? file.droppedAt };
    const reader = new RowReader({ ...named, read, domains: rules.templates, maxTtlDays, onConflict, format });
    return { reader, format, isCompressed, derivesIds: onConflict === 'derive', sizes };
  };

  return async (deliveries, deadline) => {
    const dispositions: ('done' | 'try-again')[] = [];
    for (const delivery of deliveries) {
      try {
        await handle(delivery, deadline);
        dispositions.push('done');
      } catch (error) {
        observer.count(campaignCheckerMetric.checkFailed);
        const { messageId } = delivery;
        observer.warn('a slice of a check failed: its message returns', { messageId, error: nameOfError(error) });
        dispositions.push('try-again');
      }
    }
    return dispositions;
  };
}

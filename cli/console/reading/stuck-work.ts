import type { QuarantinedObject } from '../../../lambdas/adapters/quarantine-store.ts';
import { decisionKey } from '../../../lambdas/domain/contract/sender.ts';
import { allHeld } from '../../pipeline/archive/held-commands.ts';
import { inspect } from '../../pipeline/archive/inspection.ts';
import { summarise } from '../../pipeline/archive/parked-lots.ts';
import {
  type DeadLetterQueue,
  deadLetterQueues,
  nameOf,
  sizeOf,
} from '../../pipeline/dead-letters/dead-letter-queues.ts';
import { examinationPorts } from '../../pipeline/dead-letters/examination.ts';
import { type Listed, listDeadLetters } from '../../pipeline/dead-letters/list.ts';
import type { DeployedPipeline } from '../../pipeline/deployed-pipeline.ts';
import { n } from '../../words/words.ts';
import { formOf } from '../acting/act-forms.ts';
import type {
  DeadLetterItem,
  DeadLetterPage,
  DeadLetterQueueItem,
  HeldSender,
  ParkedLane,
  QuarantinedItem,
  QuarantinedLine,
  StuckPage,
} from '../contract/stuck.ts';
import type { OpenDesk } from '../desk.ts';
import { ProblemError } from '../problem.ts';

/** Letters of one queue that one page shows. SQS offers no order and no position. */
const lettersShown = 200;
const itemsOnPage = 100;

/** Parked commands, lane by lane, by the names of their lots alone. */
export async function parkedPage({ deployed }: OpenDesk, at: number): Promise<StuckPage<ParkedLane>> {
  const { parked, commandLanes: own } = deployed;
  const lanes = [...own, ...(await parked.lanes()).filter((lane) => !own.includes(lane))];
  const items = await Promise.all(
    lanes.map(async (lane): Promise<ParkedLane> => {
      const { commands, bytes, ...times } = await summarise(lane, parked.lots(lane), () => {}, at);
      const isReplayed = own.includes(lane);
      return {
        id: lane,
        lane,
        commands,
        bytes,
        oldestAt: times.oldestMilliseconds ?? null,
        newestAt: times.newestMilliseconds ?? null,
        isReplayed,
        acts: isReplayed && commands > 0 ? [formOf({ name: 'replay' })] : [],
      };
    }),
  );
  const notes = items.some(({ isReplayed, commands }) => !isReplayed && commands > 0)
    ? ['Nothing replays the commands of a lane that the pipeline does not have.']
    : [];
  return { at, count: sumOf(items), items, next: null, notes };
}

const sumOf = (items: readonly { commands: number }[]) => items.reduce((sum, { commands }) => sum + commands, 0);

/** The objects in quarantine, in the order of their keys. */
export async function quarantinePage(
  { deployed }: OpenDesk,
  after: string | undefined,
  at: number,
): Promise<StuckPage<QuarantinedItem>> {
  const items: QuarantinedItem[] = [];
  let count = 0;
  let next: string | null = null;
  for await (const object of deployed.quarantine.objects()) {
    count += 1;
    if (after !== undefined && object.key <= after) continue;
    if (items.length < itemsOnPage) items.push(quarantined(object));
    else next ??= items.at(-1)?.key ?? null;
  }
  return { at, count, items, next, notes: [] };
}

function quarantined({ key, lane, reason, bytes, quarantinedAtMilliseconds }: QuarantinedObject): QuarantinedItem {
  const acts = [formOf({ name: 'quarantine-release', key }), formOf({ name: 'quarantine-drop', key })];
  return { id: key, key, lane, reason, bytes, at: quarantinedAtMilliseconds, acts };
}

/** The lines of an object in quarantine: what each asks for, and what is wrong with it. */
export async function quarantinedLines({ deployed }: OpenDesk, key: string): Promise<QuarantinedLine[]> {
  const lane = /^quarantine\/([^/]+)\//.exec(key)?.[1];
  const lines = lane === undefined ? undefined : await deployed.quarantine.lines(key);
  if (lane === undefined || lines === undefined)
    throw new ProblemError('not-found', 'There is no such object in quarantine.');
  return lines.map((line) => {
    const { source, requestId, action, why } = inspect(line, lane);
    return { source, requestId, action, why };
  });
}

/** The unknown senders with held commands. */
export async function heldPage({ deployed }: OpenDesk, at: number): Promise<StuckPage<HeldSender>> {
  const { held, senders } = deployed;
  const [found, decisions] = await Promise.all([allHeld(held), senders.decisions()]);
  const items = found.map(({ source, sender, commands, sinceMilliseconds }): HeldSender => {
    const decision = decisions[decisionKey(source, sender)]?.decision ?? null;
    const both = [
      formOf({ name: 'sender-confirm', source, sender }),
      formOf({ name: 'sender-reject', source, sender }),
    ];
    return {
      id: decisionKey(source, sender),
      source,
      sender,
      commands,
      since: sinceMilliseconds ?? null,
      decision,
      acts: decision === null ? both : [],
    };
  });
  return { at, count: sumOf(items), items, next: null, notes: [] };
}

const queuesOf = ({ outputs, stackName }: DeployedPipeline) => deadLetterQueues(outputs, stackName, {});

/** @throws ProblemError if there is no such queue */
export function queueNamed(deployed: DeployedPipeline, name: string): DeadLetterQueue {
  const queue = queuesOf(deployed).find((one) => nameOf(one) === name);
  if (queue !== undefined) return queue;
  throw new ProblemError('not-found', 'The pipeline has no such dead-letter queue.');
}

/**
 * The dead letters of one queue on each page. It returns every letter to its queue at once.
 *
 * @param after the queue of the page before
 */
export async function deadLetterPage(
  open: OpenDesk,
  after: string | undefined,
  { at, interrupted }: { at: number; interrupted: AbortSignal },
): Promise<DeadLetterPage> {
  const { chosen, deployed } = open;
  const ports = await examinationPorts(chosen, deployed);
  // The counts come first: to list letters hides them for a moment.
  const sized = await Promise.all(
    queuesOf(deployed).map(async (queue) => ({ queue, ...(await sizeOf(deployed.sqs, queue)) })),
  );
  const filled = sized.filter(({ waiting, held }) => waiting + held > 0);
  const seen = {
    at,
    count: filled.reduce((sum, { waiting, held }) => sum + waiting + held, 0),
    queues: filled.map(({ queue, waiting, held }) => queueItem(queue, waiting + held)),
  };
  const from = after === undefined ? 0 : sized.findIndex(({ queue }) => nameOf(queue) === after) + 1;
  for (const [index, { queue, waiting }] of sized.entries()) {
    if (index < from || waiting === 0) continue;
    const items: DeadLetterItem[] = [];
    const limits = { limit: lettersShown, interrupted };
    await listDeadLetters(deployed.sqs, queue, limits, ports, (letter) => void items.push(letterItem(letter, queue)));
    const isCut = waiting > items.length && items.length >= lettersShown;
    const notes = isCut ? [`${nameOf(queue)}: ${n(items.length)} of about ${n(waiting)} dead letters are shown.`] : [];
    return { ...seen, items, next: index + 1 < sized.length ? nameOf(queue) : null, notes };
  }
  return { ...seen, items: [], next: null, notes: [] };
}

function queueItem(queue: DeadLetterQueue, letters: number): DeadLetterQueueItem {
  const { lane, kind, source = null } = queue;
  const name = nameOf(queue);
  const acts = [formOf({ name: 'redrive', queue: name }), formOf({ name: 'purge', queue: name })];
  return { id: name, queue: name, lane, kind, source, letters, acts };
}

function letterItem(letter: Listed, queue: DeadLetterQueue): DeadLetterItem {
  const { lane, messageId, source, requestId, action, sentAt, receiveCount, reason, words } = letter;
  return {
    id: messageId,
    queue: nameOf(queue),
    lane,
    kind: queue.kind,
    source,
    requestId,
    action,
    sentAt: Date.parse(sentAt),
    receiveCount,
    reason,
    words,
    isAnswered: reason === 'answered',
  };
}

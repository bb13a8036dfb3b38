import { deadLettersIn } from '../progress/observation.ts';
import { reconcile } from '../report/reconciliation.ts';
import type { Told } from './correspondence.ts';
import type { World } from './world.ts';

/** Something that must hold when a story is over, in words that name the figures. */
export interface Check {
  text: string;
  holds: boolean;
}

/** SQS gives a message up after twenty receives. What troubles the whole account may use up a few, and no more. */
const mostReceivesAllowed = 6;

/** What must hold after every story. */
export async function checksOfAll({ told, api, cloud, mostReceives }: World): Promise<Check[]> {
  const all = told.all();
  const sum = reconcile(all);
  const [stats, links, queues] = await Promise.all([api.stats(), api.links(), cloud.queues()]);
  const held = new Set(links.map(({ onelinkId, shortlinkId }) => `${onelinkId}/${shortlinkId}`));
  const missing = [...sum.links].filter((address) => !held.has(address)).length;
  const extra = [...held].filter((address) => !sum.links.has(address)).length;
  const answers = (operation: string, status: string) => stats.calls[operation]?.[status] ?? 0;
  const [spent, taken] = [
    ['create', 'update', 'delete'].reduce((calls, operation) => calls + answers(operation, '200'), 0),
    answers('create', '409'),
  ];
  const needed = sum.distinctCreates + sum.outcomes.updated + sum.outcomes.deleted;
  const deadLetters = deadLettersIn(queues);
  const expired = queues.reduce((count, queue) => count + queue.expired, 0);
  const parkedStill = told.parked;
  return [
    {
      text: `${all.length} commands, each with one final outcome; without one: ${told.unsettled} (${parkedStill} of them parked), contradicted: ${told.contradictions}`,
      holds: told.unsettled === 0 && told.contradictions === 0,
    },
    {
      text: `${stats.links.made} links made for ${sum.distinctCreates} creates; told of but not there: ${missing}, there but not told of: ${extra}`,
      holds: stats.links.made === sum.distinctCreates && missing === 0 && extra === 0,
    },
    {
      text: `${spent + taken} calls of quota for ${needed} links made, changed or deleted; 409s among them: ${taken}`,
      holds: spent <= needed,
    },
    { text: `dead letters: ${deadLetters}`, holds: deadLetters === 0 },
    { text: `messages that SQS dropped for their age: ${expired}`, holds: expired === 0 },
    {
      text: `no message received more than ${mostReceivesAllowed} of 20 times; the most: ${mostReceives}`,
      holds: mostReceives <= mostReceivesAllowed,
    },
    {
      text: `calls above the rate: ${stats.refused.rate + stats.refused.qrRate}`,
      holds: stats.refused.rate + stats.refused.qrRate === 0,
    },
  ];
}

/** Whether the links of chosen IDs are what was asked for last, and no change was lost on the way. */
export async function changesInOrder({ told, api }: World): Promise<Check> {
  const byLink = Map.groupBy(
    told.all().filter(({ message }) => message.command.shortlinkId !== undefined && message.command.action !== 'qr'),
    ({ message }) => String(message.command.shortlinkId),
  );
  const held = new Map((await api.links()).map(({ shortlinkId, payload }) => [shortlinkId, payload.af_sub1]));
  const wrong = [...byLink].filter(([id, asked]) => !isAsAskedLast(asked, held.get(id))).length;
  const changes = [...byLink.values()].flat();
  const superseded = changes.filter(({ answer }) => answer?.outcome === 'superseded').length;
  return {
    text: `${byLink.size} links with ${changes.length} steps are as asked for last; not so: ${wrong}, overtaken by a later change: ${superseded}`,
    holds: wrong === 0,
  };
}

function isAsAskedLast(asked: Told[], version: unknown): boolean {
  const at = ({ message }: Told) => String(message.command.requestedAt);
  const last = asked.toSorted((one, other) => at(one).localeCompare(at(other))).at(-1)?.message.command;
  if (last === undefined || last.action === 'delete') return version === undefined;
  return version === (last.data as { af_sub1?: unknown } | undefined)?.af_sub1;
}

/** Whether an alarm went off, and was over at the end. */
export function alarmCameAndWent({ timeline }: World, alarm: string): Check {
  const states = timeline.events.flatMap((event) =>
    event.what === 'alarm' && event.alarm === alarm ? [{ state: event.state, overLeap: event.overLeap }] : [],
  );
  const fired = states.some(({ state, overLeap }) => state === 'ALARM' && !overLeap);
  return { text: `the alarm ${alarm} went off, and is over`, holds: fired && states.at(-1)?.state === 'OK' };
}

import { deadLettersIn } from '../progress/observation.ts';
import { reconcile } from '../report/reconciliation.ts';
import type { AnsweredCommand } from './correspondence.ts';
import type { World } from './world.ts';

/** A rule for the end of a story. Its text has the figures. */
export interface Check {
  text: string;
  holds: boolean;
}

/**
 * SQS dead-letters a message after twenty receives. A failure of the whole account may use up a few of them, but not
 * more.
 */
const mostReceivesAllowed = 6;

/** The rules for every story. */
export async function checksOfAll({ correspondence, api, cloud, mostReceives }: World): Promise<Check[]> {
  const all = correspondence.all();
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
  const parkedStill = correspondence.parked;
  const aboveRate = stats.refused.rate + stats.refused.qrRate + stats.refused.v1Rate;
  const refused = cloud.calls().filter(({ permitted }) => !permitted).length;
  return [
    {
      text: `${all.length} commands, each with one final outcome; without one: ${correspondence.unsettled} (${parkedStill} of them parked), contradicted: ${correspondence.contradictions}`,
      holds: correspondence.unsettled === 0 && correspondence.contradictions === 0,
    },
    {
      text: `${stats.links.made} links created for ${sum.distinctCreates} creates; in outcomes only: ${missing}, at the API only: ${extra}`,
      holds: stats.links.made === sum.distinctCreates && missing === 0 && extra === 0,
    },
    {
      text: `${spent + taken} calls of quota for ${needed} links created, changed or deleted; 409s among them: ${taken}`,
      holds: spent <= needed,
    },
    { text: `calls that the template's policies refuse: ${refused}`, holds: refused === 0 },
    { text: `dead letters: ${deadLetters}`, holds: deadLetters === 0 },
    { text: `messages that SQS deleted at the end of their retention: ${expired}`, holds: expired === 0 },
    {
      text: `no message received more than ${mostReceivesAllowed} of 20 times; the maximum: ${mostReceives}`,
      holds: mostReceives <= mostReceivesAllowed,
    },
    { text: `calls above the rate: ${aboveRate}`, holds: aboveRate === 0 },
  ];
}

/** Whether each link of a chosen ID has its latest request, and no change was lost. */
export async function changesInOrder({ correspondence, api }: World): Promise<Check> {
  const byLink = Map.groupBy(
    correspondence
      .all()
      .filter(({ message }) => message.command.shortlinkId !== undefined && message.command.action !== 'qr'),
    ({ message }) => String(message.command.shortlinkId),
  );
  const held = new Map((await api.links()).map(({ shortlinkId, payload }) => [shortlinkId, payload.af_sub1]));
  const wrong = [...byLink].filter(([id, asked]) => !isAsAskedLast(asked, held.get(id))).length;
  const changes = [...byLink.values()].flat();
  const superseded = changes.filter(({ answer }) => answer?.outcome === 'superseded').length;
  return {
    text: `${byLink.size} links with ${changes.length} changes have their latest request; not so: ${wrong}, superseded: ${superseded}`,
    holds: wrong === 0,
  };
}

function isAsAskedLast(asked: AnsweredCommand[], version: unknown): boolean {
  const at = ({ message }: AnsweredCommand) => String(message.command.requestedAt);
  const last = asked.toSorted((one, other) => at(one).localeCompare(at(other))).at(-1)?.message.command;
  if (last === undefined || last.action === 'delete') return version === undefined;
  return version === (last.data as { af_sub1?: unknown } | undefined)?.af_sub1;
}

/** Whether an alarm fired, and is OK at the end. */
export function alarmCameAndWent({ timeline }: World, alarm: string): Check {
  const states = timeline.events.flatMap((event) =>
    event.what === 'alarm' && event.alarm === alarm ? [{ state: event.state, overLeap: event.overLeap }] : [],
  );
  const fired = states.some(({ state, overLeap }) => state === 'ALARM' && !overLeap);
  return { text: `the alarm ${alarm} fired, and is OK again`, holds: fired && states.at(-1)?.state === 'OK' };
}

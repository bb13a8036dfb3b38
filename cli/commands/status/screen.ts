import { mostHours } from '../../../lambdas/governor/forecast.ts';
import { nameOf } from '../../pipeline/dead-letters/dead-letter-queues.ts';
import type { LaneOverview, Overview, QuotaOverview } from '../../pipeline/overview/overview.ts';
import { counted, durationWords, instantWords, n, percent } from '../../words/words.ts';

/** The columns of a terminal. */
const width = 80;

/** How many alarms and how many campaigns fit on one screen. */
const alarmsShown = 6;
const campaignsShown = 6;

/** An overview as text: 80 columns, one screen. */
export function screenOf(overview: Overview): string[] {
  const { at, lanes, stranded, held, campaigns, deadLetters, alarms } = overview;
  const ago = (instant: number) => `${durationWords((at - instant) / 1000)} ago`;
  const dead = deadLetters.map((queue) => `${nameOf(queue)} ${n(queue.messages)}`).join(', ');
  const waiting = Map.groupBy(held, ({ source }) => source);
  const more = alarms.length - alarmsShown;
  const moreCampaigns = campaigns.length - campaignsShown;
  return [
    `${overview.stack}  ${instantWords(at)} UTC`,
    controlWords(overview, ago),
    ...(lanes.some(({ state }) => state === 'unknown')
      ? ['  so the lanes may be open or paused: if it stays, run onelink doctor']
      : []),
    '',
    row(['LANE', 'STATE', 'WAITING', 'IN WORK', 'OLDEST', 'PARKED']),
    ...lanes.flatMap((lane) => laneRows(lane, ago)),
    ...stranded.map(({ lane, commands }) => row([lane, 'removed: not replayed', '-', '-', '-', n(commands)])),
    '',
    ...quotaRows(overview.quota, ago),
    `CAMPAIGNS     ${campaigns.length === 0 ? 'none' : n(campaigns.length)}`,
    ...campaigns.slice(0, campaignsShown).map(({ source, name, words }) => `  ${source}/${name}  ${words}`),
    ...(moreCampaigns > 0 ? [`  and ${n(moreCampaigns)} more: onelink campaign list`] : []),
    `HELD          ${[...waiting].map(heldWords).join(', ') || 'none'}`,
    ...(held.length === 0 ? [] : ['  to see their senders, run: onelink senders list']),
    `DEAD LETTERS  ${dead || 'none'}`,
    `ALARMS        ${alarms.length === 0 ? 'none' : n(alarms.length)}`,
    ...alarms
      .slice(0, alarmsShown)
      .map(({ name, since }) => `  ${name}${since === undefined ? '' : `, ${ago(since)}`}`),
    ...(more > 0 ? [`  and ${n(more)} more`] : []),
  ].flatMap((line) => wrapped(line));
}

function controlWords({ controlRecord, governedAt, health }: Overview, ago: (instant: number) => string): string {
  const when = governedAt === undefined || governedAt === 0 ? 'never' : ago(governedAt);
  switch (controlRecord) {
    case 'missing':
      return 'CONTROL       no record: the governor has not run yet, or the record was lost';
    case 'corrupt':
      return 'CONTROL       the record cannot be read: the governor replaces it';
    case 'old':
      return `CONTROL       the governor last ran ${when}: the record is stale`;
    case 'fresh':
      return `CONTROL       the governor ran ${when}; the API is ${health === 'good' ? 'available' : `degraded (${health})`}`;
  }
}

/** `crm 12 from 2 senders` */
function heldWords([source, ofSource]: [string, Overview['held']]): string {
  const commands = ofSource.reduce((sum, one) => sum + one.commands, 0);
  return `${source} ${n(commands)} from ${counted(ofSource.length, 'sender')}`;
}

/** The widths of the columns: two of text, and four of numbers. */
const columns = [15, 26, 10, 9, 12, 8];

function row(cells: readonly string[]): string {
  const padded = columns.map((room, column) => {
    const cell = cells[column] ?? '';
    return column < 2 ? cell.padEnd(room) : cell.padStart(room);
  });
  return padded.join('').trimEnd();
}

function laneRows(
  { lane, state, reason, since, note, covers, queues, parked }: LaneOverview,
  ago: (at: number) => string,
): string[] {
  const standing = [state, ...(reason === undefined || reason === 'operator' ? [] : [reason])].join(': ');
  // A long reason goes on its own line, because it would move the columns.
  const short = standing.length < 26 ? standing : state;
  const below = [
    ...(short === standing ? [] : [String(reason)]),
    ...(since === undefined || state === 'open' ? [] : [`since ${instantWords(since)} UTC, ${ago(since)}`]),
    ...(note === undefined ? [] : [`“${note}”`]),
    ...(covers === undefined ? [] : [`without that pause: ${covers.state} (${covers.reason})`]),
  ].join('; ');
  return [
    ...queues.map(({ kind, waiting, inFlight, oldestSeconds }) =>
      row([
        lane,
        short,
        n(waiting),
        n(inFlight),
        oldestSeconds === undefined ? '-' : durationWords(oldestSeconds),
        kind !== 'link' || parked === undefined ? '-' : n(parked),
      ]),
    ),
    ...(below === '' ? [] : [`  ${below}`]),
  ];
}

function quotaRows(quota: QuotaOverview | undefined, ago: (at: number) => string): string[] {
  if (quota === undefined) return ['QUOTA         unknown: no poll has succeeded yet'];
  const { usedPercent, burnPerHour, hoursToEmpty, spentElsewhere, projectedMonthEndPercent, polledAt, share } = quota;
  const used = usedPercent === undefined ? '' : `, ${percent(usedPercent)} used`;
  const remaining = share === undefined ? quota.remaining : share.accountRemaining;
  const left = remaining === undefined ? 'unknown' : `${n(remaining)} calls left this month`;
  const account = `${share === undefined ? '' : 'account: '}${left}${used} (${ago(polledAt)})`;
  const own =
    share === undefined
      ? []
      : [
          `              share:   ${n(share.remaining)} of its ${n(share.calls)} calls left, ${percent(share.usedPercent)} used`,
        ];
  const first = `QUOTA         ${account}`;
  if (burnPerHour === undefined || hoursToEmpty === undefined) return [first, ...own];
  const lasts = hoursToEmpty >= mostHours ? 'lasts the month' : `empty in ${durationWords(hoursToEmpty * 3600)}`;
  const elsewhere = spentElsewhere ? `; ${n(Math.round(spentElsewhere))} calls/h spent elsewhere` : '';
  const end =
    projectedMonthEndPercent === undefined
      ? 'month’s end: too early to tell'
      : `month’s end: ${percent(projectedMonthEndPercent)} used`;
  const burn = `${n(Math.round(burnPerHour))} per hour now: ${lasts}`;
  return [first, `              ${burn}`, `              ${end}${elsewhere}`, ...own];
}

/** Breaks a line that is too long for the screen at a space, and indents the rest. */
function wrapped(line: string): string[] {
  if (line.length <= width) return [line];
  const at = line.lastIndexOf(' ', width);
  if (at < 20) return [line];
  return [line.slice(0, at), ...wrapped(`    ${line.slice(at + 1)}`)];
}

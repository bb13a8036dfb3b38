import { table } from '../../report/table.ts';
import { type Account, isSound } from '../agreement/account.ts';
import { causes, totalOf } from '../agreement/quota.ts';
import type { AllAtOnce } from '../scenarios/all-at-once/all-at-once.ts';
import type { CrashResult } from '../scenarios/crash-points.ts';
import { isAsExpected, type LostAnswer, spoiledOperations } from '../scenarios/lost-answers.ts';

export function accountsTable(accounts: readonly Account[]): string {
  return table(
    [
      'scenario',
      'kills',
      'messages',
      'links made',
      'distinct creates',
      'lost',
      'duplicates',
      'disagreements',
      'extra quota',
      'seconds',
      '',
    ],
    accounts.map((one) => [
      one.scenario,
      one.kills,
      one.commands,
      one.linksMade,
      one.distinctCreates,
      one.lost,
      one.duplicates,
      one.disagreements.length,
      totalOf(one.extraQuotaCalls),
      one.seconds,
      isSound(one) ? 'sound' : 'NOT SOUND',
    ]),
  );
}

/** Extra quota calls, by cause, over all scenarios. */
export function quotaTable(accounts: readonly Account[]): string {
  const rows = Object.entries(causes).map(([cause, words]) => [
    words,
    accounts.reduce((sum, { extraQuotaCalls }) => sum + extraQuotaCalls[cause as keyof typeof causes], 0),
  ]);
  return table(['extra quota calls, by cause', 'calls'], rows);
}

/** One row for each request that a worker makes for an action: the outcomes after a kill before and after the request. */
export function crashTable(results: readonly CrashResult[]): string {
  const rows = Map.groupBy(results, ({ action, worker, request, occurrence }) =>
    [action, worker, occurrence > 1 ? `${request} (${occurrence})` : request].join('\0'),
  );
  const outcomes = (points: readonly CrashResult[], side: 'before' | 'after') =>
    points.flatMap(({ kill, outcome }) => (kill === side ? [outcome ?? 'settled'] : [])).join(', ');
  return table(
    ['action', 'worker', 'request', 'killed before it', 'killed after it'],
    [...rows].map(([key, points]) => [...key.split('\0'), outcomes(points, 'before'), outcomes(points, 'after')]),
  );
}

/** Fault by operation: outcome · links made · quota calls. */
export function lostAnswersTable(cells: readonly LostAnswer[]): string {
  const rows = Map.groupBy(cells, ({ spoiling }) => spoiling);
  return table(
    ['fault of the call', ...spoiledOperations],
    [...rows].map(([spoiling, ofRow]) => [
      spoiling,
      ...spoiledOperations.map((operation) => {
        const cell = ofRow.find((one) => one.operation === operation);
        if (cell === undefined) return '–';
        const words = `${cell.outcome} · ${cell.linksMade} · ${cell.quotaCalls}`;
        return isAsExpected(cell) ? words : `${words} !`;
      }),
    ]),
  );
}

/** The figures of the all-at-once run, and each request of each function with its kills before and after. */
export function allAtOnceTables({ account, points, days, spoiledAnswers, parked, ends }: AllAtOnce): string {
  const bothSides = points.filter(({ before, after }) => before > 0 && after > 0).length;
  const done = [
    ['days', days],
    ['kills', account.kills],
    ['requests of functions, killed on both sides', `${bothSides} of ${points.length}`],
    ['spoiled answers', spoiledAnswers],
    ['commands parked and replayed', parked],
    ...Object.entries(ends).map(([outcome, links]) => [`outcomes ${outcome}`, links]),
  ];
  const killed = points.map((point) => [point.function, point.request, point.before, point.after]);
  return [
    table(['all at once', ''], done),
    table(['function', 'request', 'killed before it', 'killed after it'], killed),
  ].join('\n\n');
}

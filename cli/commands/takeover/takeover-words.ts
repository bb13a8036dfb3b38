import { hasDerivedForm } from '../../../lambdas/domain/link/link-id.ts';
import { dialectLimits } from '../../../lambdas/domain/onelink/dialect.ts';
import { dialectOf } from '../../../lib/config/account-api.ts';
import { classes, classOf, classWords, type Decided, type RowClass } from '../../pipeline/takeover/classes.ts';
import { linkName } from '../../pipeline/takeover/link-list.ts';
import { counted, n } from '../../words/words.ts';
import type { OpenTakeover } from './list-options.ts';

/** The rows of a list by their class. They add up to `rows`. */
export interface ListCounts {
  rows: number;
  byClass: Record<RowClass, number>;
  /** Links to take over whose IDs may be derived ones, for which the pipeline waits. */
  waiting: number;
  /** Of the rows that cannot be read as cells, the first ones: where, and why. */
  faults: string[];
}

const mostFaults = 3;

export const noneOfAny = () => Object.fromEntries(classes.map((one) => [one, 0])) as Record<RowClass, number>;

const sent: ReadonlySet<RowClass> = new Set(['adopt', 'migrate', 'undecided']);

export async function countList({ rows, notes, pipeline }: OpenTakeover, { choice }: Decided): Promise<ListCounts> {
  const byClass = noneOfAny();
  const counts: ListCounts = { rows: 0, byClass, waiting: 0, faults: [] };
  await rows((row) => {
    const found = row.is === 'link' ? notes.found.get(linkName(row.address)) : undefined;
    const one = classOf(row, found, choice);
    counts.rows += 1;
    if ('fault' in row && counts.faults.length < mostFaults) counts.faults.push(`Line ${row.line}: ${row.fault}.`);
    byClass[one] += 1;
    const isDerived = row.is === 'link' && hasDerivedForm(row.address.shortlinkId, pipeline.settings.linkIdLength);
    if (sent.has(one) && isDerived) counts.waiting += 1;
  });
  return counts;
}

/** The classes that the list has, with their counts. */
export function classesOf({ byClass }: ListCounts): Partial<Record<RowClass, number>> {
  return Object.fromEntries(classes.filter((one) => byClass[one] > 0).map((one) => [one, byClass[one]]));
}

/** A line for each class that the list has. */
export function classLines(counts: ListCounts): string[] {
  const width = n(counts.rows).length;
  return classes
    .filter((one) => counts.byClass[one] > 0)
    .map((one) => `  ${n(counts.byClass[one]).padStart(width)}  ${one.padEnd(11)}${classWords[one]}`)
    .concat(counts.faults);
}

const byWords: Record<NonNullable<Decided['by']>, string | undefined> = {
  chosen: undefined,
  begun: undefined,
  'only-way': 'The account has version 1.0 of the API, which shows its own links only.',
  shown:
    'The API refuses to show some links of this list, so it shows only its own. To update them nevertheless, use --migrate.',
};

/** Why a takeover may take longer than its calls. */
export function waitingLines({ waiting }: ListCounts): string[] {
  if (waiting === 0) return [];
  const links = `${counted(waiting, 'link')} ${waiting === 1 ? 'has an ID that the pipeline could derive' : 'have IDs that the pipeline could derive'}`;
  return [
    `${links}. A create may be recording ${waiting === 1 ? 'it' : 'them'}, so the pipeline waits ten minutes or more before it answers.`,
  ];
}

/** What the choice means, and what no GET shows and is lost. */
export function choiceLines(
  { choice, by }: Decided,
  { byClass }: ListCounts,
  { pipeline: { account } }: Pick<OpenTakeover, 'pipeline'>,
): string[] {
  const why = by && byWords[by];
  if (choice === undefined) return byClass.undecided > 0 ? undecidedLines(byClass.undecided) : [];
  const isFit = byClass[choice.action] > 0;
  if (!isFit) return [];
  const { tellsExpiry } = dialectLimits[dialectOf(account)];
  return [
    ...(why === undefined ? [] : [why]),
    ...(choice.action === 'migrate'
      ? ['A migrated link that renews itself begins its TTL anew, as by each update.']
      : []),
    ...(tellsExpiry || choice.ttl !== undefined ? [] : [lostTtl]),
    ...(choice.renewTtl !== undefined
      ? []
      : choice.action === 'migrate' && choice.ttl === undefined
        ? []
        : [lostRenewal]),
  ];
}

const lostTtl =
  'No GET shows TTL and expiry of a link of version 1.0. Give the TTL with --ttl. Otherwise the ledger assumes 31 days from now.';
const lostRenewal =
  'No GET shows whether clicks extend a link’s life. The ledger assumes yes. If they do not, use --renew-ttl no.';

function undecidedLines(links: number): string[] {
  const them = links === 1 ? 'it' : 'them';
  return [
    `${counted(links, 'link')} can be taken over, and no answer of the API shows by which version ${links === 1 ? 'it was' : 'they were'} made:`,
    `  --adopt    if version 2.0 made ${them}. It costs no quota, and changes nothing at the API.`,
    `  --migrate  if version 1.0 made ${them}, or if you do not know. It costs one call of the quota${links === 1 ? '' : ' each'}. It begins the TTL anew of links that renew themselves.`,
    '             The API refuses it for links of AppsFlyer’s page, its bulk tool and SDKs. Such a link stays as it is.',
  ];
}

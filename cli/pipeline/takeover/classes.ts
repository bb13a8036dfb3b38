import type { ListRow } from './link-list.ts';
import type { Choice, Finding } from './notes.ts';

/** What a row of the list is. Each row has exactly one class. docs/takeover.md has the same table. */
export const classes = [
  'adopt',
  'migrate',
  'undecided',
  'ours',
  'others',
  'refused',
  'expired',
  'absent',
  'two-domains',
  'elsewhere',
  'no-link',
  'repeat',
  'unread',
] as const;
export type RowClass = (typeof classes)[number];

/** The classes whose links a run takes over. */
export const taken: ReadonlySet<RowClass> = new Set(['adopt', 'migrate']);

/** The classes that need nothing. */
export const settled: ReadonlySet<RowClass> = new Set(['ours', 'repeat']);

/** One sentence for each class: what the row is, and what to do with it. */
export const classWords: Readonly<Record<RowClass, string>> = {
  adopt: 'The API shows it. A run records it as the producer’s, and changes nothing at the API.',
  migrate: 'The API shows it. A run updates it with its own data, which makes it a link of version 2.0.',
  undecided: 'The API shows it, and does not tell by which version it was made. Choose --adopt or --migrate.',
  ours: 'The ledger has it as the producer’s. Nothing to do.',
  others: 'The ledger has it as another producer’s. Only that producer may change it.',
  refused:
    'The API refuses to show it: made by AppsFlyer’s page, its bulk tool or an SDK, or by another version of the API.',
  expired: 'It has expired. Make a new link.',
  absent: 'The API has no such link: deleted, or expired two days ago or more. Make a new link.',
  'two-domains': 'The rows of the link have different brand domains. Keep those with the right one.',
  elsewhere: 'Its template or domain is not in the configuration, or the producer may not use it.',
  'no-link': 'It is no short URL. Correct the row, or ignore it.',
  repeat: 'An earlier row has the same link. Nothing to do.',
  unread: 'Not looked up yet, or the API gave no usable answer. Run the plan again.',
};

/** The class of a row, by what was found at its link. */
export function classOf(row: ListRow, found: Finding | undefined, choice: Choice | undefined): RowClass {
  if (row.is !== 'link') return row.is;
  if (found === undefined) return 'unread';
  if (found !== 'readable') return found;
  return row.brandsDiffer ? 'two-domains' : (choice?.action ?? 'undecided');
}

/** How a takeover decides about the links that the API shows. */
export interface Decided {
  choice: Choice | undefined;
  /** `chosen`: by an option. `begun`: by the notes of the first run. `only-way`: the version of the API leaves no choice. `shown`: see below. */
  by: 'chosen' | 'begun' | 'only-way' | 'shown' | undefined;
}

/**
 * The action for the links that the API shows, if nobody has chosen it. Version 1.0 shows only its own links, and cannot migrate
 * one. Version 2.0 shows its own, by the documents of its release. By newer ones it shows every link. An API that has refused to
 * show a link of this list does not show every link, so those that it shows are its own.
 */
export function actionByFindings(
  dialect: 'v2.0' | 'v1.0',
  found: ReadonlyMap<string, Finding>,
): { action: Choice['action']; by: 'only-way' | 'shown' } | undefined {
  if (dialect === 'v1.0') return { action: 'adopt', by: 'only-way' };
  for (const one of found.values()) if (one === 'refused') return { action: 'adopt', by: 'shown' };
  return undefined;
}

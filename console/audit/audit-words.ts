import type { AuditEntry } from '../../cli/console/contract/audit.ts';
import { factWords } from '../../cli/words/words.ts';
import { title } from '../state/words.ts';

/** The filters of the page, as its address has them. */
export interface AuditFilters {
  since: string;
  until: string;
  by: string;
  act: string;
}

export const filtersIn = ({
  since = '7d',
  until = '',
  by = '',
  act = '',
}: Readonly<Record<string, string>>): AuditFilters => ({
  since,
  until,
  by,
  act,
});

/** The server's path for the filters. */
export function auditPath(filters: AuditFilters, after: string): string {
  const given = Object.entries({ ...filters, after }).filter(([, value]) => value !== '');
  return `/api/audit?${new URLSearchParams(given)}`;
}

export const whoWords = (by: AuditEntry['by']) => by?.name ?? 'Not proved';

/** The record of a call that the function could not read has no act. */
export const actWords = (act: string) => (act === 'unknown' ? 'A call that cannot be read' : title(act));

/** `lanes campaign, qr; letters 12` */
export const factsWords = (facts: AuditEntry['target']) =>
  Object.entries(facts)
    .map(([name, value]) => factWords(name, value))
    .join('; ');

export const resultWords: Readonly<Record<AuditEntry['result'], string>> = {
  done: 'Done',
  failed: 'Failed',
  refused: 'Refused',
  'no-end': 'No end is recorded',
};

import type { AuditEntry } from '../../cli/console/contract/audit.ts';

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

/** `ada` of `arn:aws:sts::111122223333:assumed-role/Operator/ada`. */
export const whoWords = (by: AuditEntry['by']) => (by === null ? 'unknown' : (by.arn.split('/').at(-1) ?? by.arn));

/** `lane campaign, letters 12` */
export const factWords = (facts: Readonly<Record<string, unknown>>) =>
  Object.entries(facts)
    .map(([what, value]) => `${what} ${Array.isArray(value) ? value.join(', ') : value}`)
    .join('; ');

export const resultWords: Readonly<Record<AuditEntry['result'], string>> = {
  done: 'Done',
  failed: 'Failed',
  refused: 'Refused',
  'no-end': 'No end is recorded',
};

import type { AuditEntry } from '../../cli/console/contract/audit.ts';
import { Pill } from '../parts/pill.tsx';
import type { Column } from '../parts/table.tsx';
import { instant } from '../state/words.ts';
import { actWords, factsWords, resultWords, whoWords } from './audit-words.ts';

export const auditColumns: Column<AuditEntry>[] = [
  { name: 'When', cell: ({ begunAt, endedAt }) => instant(begunAt ?? endedAt) },
  { name: 'Who', cell: ({ by }) => <span title={by?.arn}>{whoWords(by)}</span> },
  {
    name: 'Act',
    isName: true,
    cell: ({ act, target }) => (
      <>
        <strong>{actWords(act)}</strong>
        <span class="small muted block">{factsWords(target)}</span>
      </>
    ),
  },
  { name: 'Reason', cell: ({ reason }) => reason ?? '–' },
  {
    name: 'Result',
    cell: ({ result, effect, error }) => (
      <>
        <Pill state={result} words={resultWords[result]} />
        <span class="small muted block">{error ?? factsWords(effect)}</span>
      </>
    ),
  },
];

import type { AuditEntry } from '../../cli/console/contract/audit.ts';
import { Pill } from '../parts/pill.tsx';
import type { Column } from '../parts/table.tsx';
import { instant, title } from '../state/words.ts';
import { factWords, resultWords, whoWords } from './audit-words.ts';

export const auditColumns: Column<AuditEntry>[] = [
  { name: 'When', cell: ({ begunAt, endedAt }) => instant(begunAt ?? endedAt) },
  { name: 'Who', cell: ({ by }) => <span title={by?.arn}>{whoWords(by)}</span> },
  {
    name: 'Act',
    isName: true,
    cell: ({ act, target }) => (
      <>
        <strong>{title(act)}</strong>
        <span class="small muted block">{factWords(target)}</span>
      </>
    ),
  },
  { name: 'Reason', cell: ({ reason }) => reason ?? '–' },
  {
    name: 'Result',
    cell: ({ result, effect, error }) => (
      <>
        <Pill state={result} words={resultWords[result]} />
        <span class="small muted block">{error ?? factWords(effect)}</span>
      </>
    ),
  },
];

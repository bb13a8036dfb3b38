import type { Fault } from '../../cli/console/contract/campaigns.ts';
import { type Column, Table } from '../parts/table.tsx';
import { number } from '../state/words.ts';

interface FaultsProps {
  title: string;
  byRule: Readonly<Record<string, number>>;
  first: readonly Fault[];
}

/** What is wrong with rows: the counts by rule, and the first places. */
export function Faults({ title, byRule, first }: FaultsProps) {
  const rules = Object.entries(byRule).toSorted(([, one], [, other]) => other - one);
  if (rules.length === 0 && first.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      {rules.length > 0 && (
        <ul class="tags">
          {rules.map(([rule, count]) => (
            <li key={rule}>
              <code>{rule}</code> {number(count)}
            </li>
          ))}
        </ul>
      )}
      {first.length > 0 && (
        <Table
          caption={`The first of them: ${title}`}
          columns={columns}
          rows={first}
          keyOf={({ line, path, rule, message }) => `${line} ${path} ${rule} ${message}`}
        />
      )}
    </>
  );
}

const columns: Column<Fault>[] = [
  { name: 'Line', isNumber: true, cell: ({ line }) => (line === null ? 'whole file' : number(line)) },
  { name: 'Where', cell: ({ path }) => (path === '' ? '–' : <code>{path}</code>) },
  { name: 'What is wrong', cell: ({ message }) => message },
  { name: 'Rule', cell: ({ rule }) => <code>{rule}</code> },
];

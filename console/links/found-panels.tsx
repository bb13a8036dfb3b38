import type { FoundLink, LinkChoice } from '../../cli/console/contract/links.ts';
import { Age } from '../parts/age.tsx';
import { Panel } from '../parts/panel.tsx';
import { Pill } from '../parts/pill.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Changes } from './changes.tsx';
import { differs } from './choice.ts';
import { CodePanel } from './code-panel.tsx';
import { StoryPanel } from './story-panel.tsx';

interface FoundProps {
  choice: LinkChoice;
  found: FoundLink;
  onReveal(reveal: boolean): void;
}

/** A link on both sides, its QR code, what can be done with it, and its story. */
export function FoundPanels({ choice, found, onReveal }: FoundProps) {
  const { at, result, words, differences, facets, request, state, revealed } = found;
  return (
    <>
      <Panel title={request === null ? 'The link' : `${request.source}, ${request.requestId}`} aside={<Age at={at} />}>
        <p class="figure">
          <Pill state={state} /> <Pill state={result} words={words} />
        </p>
        {differences.length > 0 && (
          <ul class="notes">
            {differences.map((difference) => (
              <li key={difference}>{difference}</li>
            ))}
          </ul>
        )}
        <Table
          caption="The link in the ledger and at the API"
          columns={columns}
          rows={facets}
          keyOf={({ what }) => what}
          classOf={(facet) => (differs(found, facet) ? 'warn' : '')}
        />
        <div class="actions start">
          <button type="button" aria-pressed={revealed} onClick={() => onReveal(!revealed)}>
            {revealed ? 'Hide values' : 'Show values'}
          </button>
          <span class="small muted">
            {revealed ? 'The address and the values of the link are shown.' : 'Address and values are hidden.'}
          </span>
        </div>
      </Panel>
      <div class="columns">
        <CodePanel choice={choice} code={found.code} />
        <Changes choice={choice} found={found} />
      </div>
      <StoryPanel choice={choice} revealed={revealed} />
    </>
  );
}

const side = (value: string | null) =>
  value === null ? <span class="muted">–</span> : <span class="value">{value}</span>;

const columns: Column<FoundLink['facets'][number]>[] = [
  { name: 'Property', isName: true, cell: ({ what }) => what },
  { name: 'Ledger', cell: ({ ledger }) => side(ledger) },
  { name: 'API', cell: ({ api }) => side(api) },
];

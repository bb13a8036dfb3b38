import type { EmulatorState } from '../../cli/console/contract/emulator.ts';
import { Panel } from '../parts/panel.tsx';
import { title } from '../state/words.ts';
import type { Change } from './emulator-page.tsx';

interface RehearsalsProps {
  rehearsals: EmulatorState['rehearsals'];
  /** Faults that are being played. */
  faults: number;
  change: Change;
}

/** Bad days, a button each, and the end of all of them. */
export function Rehearsals({ rehearsals, faults, change }: RehearsalsProps) {
  return (
    <Panel title="Rehearse a bad day">
      <ul class="rehearsals">
        {rehearsals.map(({ name, words }) => (
          <li key={name}>
            <div>
              <strong>{title(name)}</strong>
              <p class="muted">{words}</p>
            </div>
            <button
              type="button"
              aria-label={`Begin: ${title(name)}`}
              onClick={() => void change('rehearse', { name }, `${title(name)} has begun.`)}
            >
              Begin
            </button>
          </li>
        ))}
      </ul>
      <button
        type="button"
        class={faults > 0 ? 'primary' : ''}
        onClick={() => void change('well', {}, 'All rehearsals have ended.')}
      >
        End all of them
      </button>
    </Panel>
  );
}

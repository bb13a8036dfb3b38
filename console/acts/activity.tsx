import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ActRun } from '../../cli/console/contract/acts.ts';
import { Command, Commands } from '../parts/command.tsx';
import { Meter } from '../parts/meter.tsx';
import { Pill } from '../parts/pill.tsx';
import { announce, runs } from '../state/live.ts';
import { title } from '../state/words.ts';
import { effectWords, runWords } from './acts.ts';

const dismissed = signal<ReadonlySet<string>>(new Set());
/** Runs that had ended before the page was loaded are not news. */
const openedAt = Date.now();

const isNews = (run: ActRun, hidden: ReadonlySet<string>) =>
  !hidden.has(run.run) && (run.endedAt === null || run.endedAt >= openedAt);

const shownRuns = 4;

/** The acts of this console that are under way or have just ended. */
export function Activity() {
  const shown = runs.value.filter((run) => isNews(run, dismissed.value)).slice(0, shownRuns);
  if (shown.length === 0) return null;
  return (
    <section class="activity" aria-label="Acts of this console">
      {shown.map((run) => (
        <Run key={run.run} run={run} />
      ))}
    </section>
  );
}

function Run({ run }: { run: ActRun }) {
  const { items, state, done, of } = run;
  const failed = items.filter((item) => item.state === 'failed');
  const words = runWords(run);
  const name = title(items[0]?.act.name ?? 'act');
  useEffect(() => {
    if (state !== 'running') announce(`${name}: ${words}. ${effectWords(run)}`);
  }, [state]);
  return (
    <article class="run" aria-label={`${name}: ${words}`}>
      <div class="run-head">
        <strong>{name}</strong>
        <Pill state={state} words={words} />
        {state !== 'running' && (
          <button
            type="button"
            class="small"
            aria-label={`Dismiss: ${name}`}
            onClick={() => {
              dismissed.value = new Set([...dismissed.value, run.run]);
            }}
          >
            Dismiss
          </button>
        )}
      </div>
      {of > 1 && state === 'running' && <Meter label={name} value={done} most={of} words={words} />}
      <p class="small">{of === 1 ? items[0]?.words : effectWords(run)}</p>
      {failed.length > 0 && of > 1 && (
        <details>
          <summary>What failed</summary>
          <ul class="plain">
            {failed.map((item) => (
              <li key={item.verb}>{item.words}</li>
            ))}
          </ul>
        </details>
      )}
      {of === 1 && items[0] && <Command text={items[0].verb} />}
      {of > 1 && (
        <details>
          <summary>The same at the command line</summary>
          <Commands texts={items.map(({ verb }) => verb)} />
        </details>
      )}
    </article>
  );
}

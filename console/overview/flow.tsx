import type { Overview } from '../../cli/console/contract/overview.ts';
import { hashOf } from '../state/route.ts';
import { number } from '../state/words.ts';
import { doneOf, flowOf } from './finding.ts';

/** The way of a command, with how many are at each step. */
export function Flow({ seen }: { seen: Overview }) {
  const { waiting, inWork, stuck } = flowOf(seen);
  const hours = Math.round(((seen.outcomes.at ?? seen.at) - seen.outcomes.from) / 3_600_000);
  return (
    <section aria-label="The way of a command">
      <ol class="flow">
        <Step name="Waiting" count={waiting} note="in the queues of the lanes" />
        <Step name="In work" count={inWork} note="with a worker, or on its way" />
        <Step name="Done" count={doneOf(seen.outcomes)} note={`links made, changed or retired in ${hours} h`} />
        <Step name="Stuck" count={stuck} note="needs somebody, or waits for quota" href={hashOf('stuck', ['parked'])} />
      </ol>
    </section>
  );
}

function Step({ name, count, note, href }: { name: string; count: number | null; note: string; href?: string }) {
  return (
    <li>
      <span class="step-name">{href ? <a href={href}>{name}</a> : name}</span>
      <span class={count === null ? 'step-count muted' : 'step-count'}>{number(count)}</span>
      <span class="small muted">{note}</span>
    </li>
  );
}

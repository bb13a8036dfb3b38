import type { AlarmItem } from '../../cli/console/contract/alarms.ts';
import { Since } from '../parts/age.tsx';
import { Commands } from '../parts/command.tsx';
import { Pill } from '../parts/pill.tsx';
import { session } from '../state/live.ts';
import { title } from '../state/words.ts';
import { shortName, stateWords } from './alarm-order.ts';
import { Markdown } from './markdown-view.tsx';

/** One alarm, and its entry of the runbook. */
export function AlarmView({ alarm, isOpen }: { alarm: AlarmItem; isOpen: boolean }) {
  const { name, state, since, severity, description, sections } = alarm;
  return (
    <details class="alarm" open={isOpen}>
      <summary>
        <span class="alarm-name">{shortName(name, session.value?.stack ?? '')}</span>
        <Pill state={state} words={stateWords(state)} />
        {severity !== null && <span class="badge">{title(severity)}</span>}
        {state === 'ALARM' && since !== null && (
          <span class="small muted">
            since <Since at={since} />
          </span>
        )}
      </summary>
      <div class="alarm-body">
        <p>{description}</p>
        {sections.map(({ title: of, markdown, commands }) => (
          <section key={of} aria-label={of}>
            <h3>{of}</h3>
            <Markdown text={markdown} />
            <Commands texts={commands.filter((command) => !markdown.includes(command))} />
          </section>
        ))}
      </div>
    </details>
  );
}

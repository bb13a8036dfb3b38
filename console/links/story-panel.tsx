import { useState } from 'preact/hooks';
import type { LinkChoice, LinkStory } from '../../cli/console/contract/links.ts';
import { Command } from '../parts/command.tsx';
import { Select } from '../parts/field.tsx';
import { Notes, ProblemNote, Waiting } from '../parts/notes.tsx';
import { Panel } from '../parts/panel.tsx';
import { Pill } from '../parts/pill.tsx';
import { useLoaded } from '../state/loaded.ts';
import { ask } from '../state/server.ts';
import { instant } from '../state/words.ts';

const spans = [
  { value: '1', label: '1 day of logs' },
  { value: '14', label: '14 days of logs' },
  { value: '75', label: '75 days of logs' },
];

/** How the link came to be: from the command to its end. */
export function StoryPanel({ choice, revealed }: { choice: LinkChoice; revealed: boolean }) {
  const [days, setDays] = useState('14');
  const query = { ...choice, reveal: revealed, days: Number(days) };
  const { answer, problem, isLoading, reload } = useLoaded(JSON.stringify(query), (signal) =>
    ask<LinkStory>('/api/links/story', query, signal),
  );
  return (
    <Panel
      title="Its story"
      aside={<Select value={days} onValue={setDays} options={spans} aria-label="How far back to search" />}
    >
      {problem && <ProblemNote problem={problem} again={reload} />}
      {answer === undefined && problem === undefined && <Waiting what="the story" />}
      {answer && <Events story={answer} />}
      {answer && isLoading && <Waiting what="the story again" />}
    </Panel>
  );
}

function Events({ story: { happenings, notes, verb } }: { story: LinkStory }) {
  const several = new Set(happenings.map(({ requestId }) => requestId)).size > 1;
  return (
    <>
      {happenings.length === 0 && <p class="muted">Nothing was found in this time.</p>}
      <ol class="story">
        {happenings.map(({ at, where, requestId, outcome, words }, index) => (
          <li key={index}>
            <span class="when">
              {at === null ? 'now' : <time dateTime={new Date(at).toISOString()}>{instant(at)}</time>}
            </span>
            <span class="place">{where}</span>
            <span class="event">
              {several && <code>{requestId}</code>} {words} {outcome !== null && <Pill state={outcome} />}
            </span>
          </li>
        ))}
      </ol>
      <Notes notes={notes} />
      <p class="label">The same at the command line</p>
      <Command text={verb} />
    </>
  );
}

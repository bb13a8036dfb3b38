import { useState } from 'preact/hooks';
import type { Wrong } from '../../cli/console/contract/overview.ts';
import { Since } from '../parts/age.tsx';
import { signs, toneOf } from '../parts/tone.ts';
import { bySeverity, severityWords } from './finding.ts';

const shownFirst = 4;

/** What an operator should look at, the most urgent first, each with one way to go. */
export function WrongList({ wrong }: { wrong: readonly Wrong[] }) {
  const [showAll, setAll] = useState(false);
  if (wrong.length === 0) return null;
  const sorted = bySeverity(wrong);
  const shown = showAll ? sorted : sorted.slice(0, shownFirst);
  return (
    <>
      <ol class="wrong">
        {shown.map((one, index) => (
          <WrongItem key={one.id} wrong={one} isFirst={index === 0} />
        ))}
      </ol>
      {sorted.length > shown.length && (
        <button type="button" onClick={() => setAll(true)}>
          Show {sorted.length - shown.length} more
        </button>
      )}
    </>
  );
}

function WrongItem({ wrong, isFirst }: { wrong: Wrong; isFirst: boolean }) {
  const { severity, what, why, do: remedy, link, button, since } = wrong;
  const tone = toneOf(severity);
  return (
    <li class={tone}>
      <div class="wrong-words">
        <h2>
          <span class="sign" aria-hidden="true">
            {signs[tone]}
          </span>{' '}
          {what}
        </h2>
        <p>{why}</p>
        <p>
          <strong>What to do:</strong> {remedy}
        </p>
        <p class="small muted">
          {severityWords[severity]}
          {since !== null && (
            <>
              {' '}
              · began <Since at={since} />
            </>
          )}
        </p>
      </div>
      <a class={isFirst ? 'button primary' : 'button'} href={link}>
        {button}
      </a>
    </li>
  );
}

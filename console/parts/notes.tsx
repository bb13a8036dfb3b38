import type { ComponentChildren } from 'preact';
import type { ApiProblem } from '../../cli/console/contract/problem.ts';
import { Command } from './command.tsx';

const isCommand = (text: string) => /^(?:npx|npm|aws|export|onelink|[A-Z_]+=)\b/.test(text);

/** What cannot be shown or done, why, and what to do. */
export function ProblemNote({ problem, again }: { problem: ApiProblem; again?: () => void }) {
  return (
    <div class="note bad" role="alert">
      <p>
        <strong>{problem.words}</strong>
      </p>
      <Remedies problem={problem} />
      {again && (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

/** What to do about a problem: commands to paste, and sentences. */
export function Remedies({ problem }: { problem: ApiProblem }) {
  return (
    <>{problem.do.map((step) => (isCommand(step) ? <Command key={step} text={step} /> : <p key={step}>{step}</p>))}</>
  );
}

/** A list without rows: what would be here, and what to do if anything. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="strong">{title}</p>
      {children}
    </div>
  );
}

/** The first answer is on its way. */
export function Waiting({ what }: { what: string }) {
  return (
    <p class="waiting" role="status">
      Loading {what} …
    </p>
  );
}

export function Notes({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) return null;
  return (
    <ul class="notes">
      {notes.map((note) => (
        <li key={note}>{note}</li>
      ))}
    </ul>
  );
}

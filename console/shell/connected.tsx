import { Remedies } from '../parts/notes.tsx';
import { sinceWords } from '../state/ages.ts';
import { connection, now, overview, overviewProblem, session } from '../state/live.ts';

/** Above each page: the numbers do not move, and why. */
export function Connected() {
  if (session.value === undefined || session.value.problems.length > 0) return null;
  const last = overview.value?.at;
  const age = last === undefined ? '' : ` The numbers are from ${sinceWords(last, now.value)}.`;
  if (connection.value === 'lost') {
    return (
      <div class="note warn" role="alert">
        <p>
          <strong>The console’s server does not answer.</strong>
          {age} The page connects again by itself. If the command has ended, start it again and open the address that it
          prints.
        </p>
      </div>
    );
  }
  const problem = overviewProblem.value;
  if (problem === undefined) return null;
  return (
    <div class="note warn" role="alert">
      <p>
        <strong>{problem.words}</strong>
        {age}
      </p>
      <Remedies problem={problem} />
    </div>
  );
}

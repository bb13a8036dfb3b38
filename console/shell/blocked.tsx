import { ProblemNote } from '../parts/notes.tsx';
import { loadSession, session, sessionProblem } from '../state/live.ts';
import { Heading } from './heading.tsx';

/** The console cannot work: why, and what to do. */
export function Blocked() {
  const failed = sessionProblem.value;
  const problems = failed === undefined ? (session.value?.problems ?? []) : [failed.problem];
  return (
    <>
      <Heading
        title={failed?.signedOut ? 'This browser is not signed in' : 'The console cannot show the pipeline yet'}
        lead={
          failed?.signedOut
            ? 'Open the address that the command has printed. It works once, and then this browser stays signed in.'
            : 'Nothing is wrong with the pipeline for that reason. The console reads it with your own AWS credentials.'
        }
      />
      {problems.map((problem) => (
        <ProblemNote key={problem.words} problem={problem} />
      ))}
      <button type="button" class="primary" onClick={() => void loadSession()}>
        Try again
      </button>
    </>
  );
}

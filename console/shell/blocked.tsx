import { useEffect } from 'preact/hooks';
import { ProblemNote } from '../parts/notes.tsx';
import { loadSession, session, sessionProblem } from '../state/live.ts';
import { Heading } from './heading.tsx';

const retryMilliseconds = 5_000;

/** The console cannot work: why, and what to do. It goes on by itself as soon as it can. */
export function Blocked() {
  const failed = sessionProblem.value;
  useEffect(() => {
    const timer = setInterval(() => void loadSession(), retryMilliseconds);
    return () => clearInterval(timer);
  }, []);
  const problems = failed === undefined ? (session.value?.problems ?? []) : [failed.problem];
  return (
    <>
      <Heading
        title={failed?.signedOut ? 'This browser is not signed in' : 'The console cannot show the pipeline yet'}
        lead={
          failed?.signedOut
            ? 'Open the address that the command has printed. It works once, and then this browser stays signed in.'
            : 'It tries again every few seconds. The pipeline itself does not depend on the console.'
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

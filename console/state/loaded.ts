import { useCallback, useEffect, useState } from 'preact/hooks';
import type { ApiProblem } from '../../cli/console/contract/problem.ts';
import { problemOf } from './server.ts';

/** An answer of the server, and how it stands. A failed refresh keeps the last answer. */
export interface Loaded<Answer> {
  answer: Answer | undefined;
  problem: ApiProblem | undefined;
  isLoading: boolean;
  reload(): void;
}

interface Known<Answer> {
  key: string;
  answer?: Answer;
  problem?: ApiProblem;
}

/**
 * Reads an answer when the component appears and when the key changes.
 *
 * @param key what the answer depends on
 * @param everyMilliseconds also again after this time
 */
export function useLoaded<Answer>(
  key: string,
  load: (signal: AbortSignal) => Promise<Answer>,
  everyMilliseconds?: number,
): Loaded<Answer> {
  const [known, setKnown] = useState<Known<Answer>>({ key });
  const [round, setRound] = useState(0);
  const [isLoading, setLoading] = useState(true);
  // The key names all that `load` depends on.
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    let timer: ReturnType<typeof setTimeout> | undefined;
    setLoading(true);
    load(signal)
      .then(
        (answer) => signal.aborted || setKnown({ key, answer }),
        (error) =>
          signal.aborted ||
          setKnown((before) => ({ ...(before.key === key ? before : { key }), problem: problemOf(error) })),
      )
      .finally(() => {
        if (signal.aborted) return;
        setLoading(false);
        if (everyMilliseconds !== undefined) timer = setTimeout(() => setRound((last) => last + 1), everyMilliseconds);
      });
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [key, round, everyMilliseconds]);
  const reload = useCallback(() => setRound((last) => last + 1), []);
  const current: Known<Answer> = known.key === key ? known : { key };
  return { answer: current.answer, problem: current.problem, isLoading, reload };
}

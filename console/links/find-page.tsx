import { useEffect, useRef, useState } from 'preact/hooks';
import type { FoundLink, LinkChoice } from '../../cli/console/contract/links.ts';
import type { ApiProblem } from '../../cli/console/contract/problem.ts';
import { Empty, ProblemNote, Waiting } from '../parts/notes.tsx';
import { Heading } from '../shell/heading.tsx';
import { announce, route } from '../state/live.ts';
import { ask, problemOf } from '../state/server.ts';
import { choiceIn, isSame, placeOf } from './choice.ts';
import { FindForm } from './find-form.tsx';
import { FoundPanels } from './found-panels.tsx';

interface Search {
  choice: LinkChoice;
  found?: FoundLink;
  problem?: ApiProblem;
}

/** Finds one link, and shows all that is known about it. */
export function FindPage() {
  const [search, setSearch] = useState<Search | undefined>(undefined);
  const placed = choiceIn(route.value.path);
  const latest = useRef<LinkChoice | undefined>(undefined);

  const find = async (choice: LinkChoice, reveal = false) => {
    latest.current = choice;
    setSearch((known) => (known && isSame(known.choice, choice) ? known : { choice }));
    try {
      const found = await ask<FoundLink>('/api/links/find', { ...choice, reveal });
      if (!isSame(latest.current, choice)) return;
      setSearch({ choice, found });
      announce(found.words);
      const place = placeOf(found);
      // The entry is replaced, so that “back” leaves the search.
      if (place !== undefined && choice.by === 'link') history.replaceState(null, '', place);
    } catch (error) {
      if (isSame(latest.current, choice)) setSearch({ choice, problem: problemOf(error) });
    }
  };

  const place = JSON.stringify(placed);
  // The address alone begins a search.
  useEffect(() => {
    if (placed !== undefined) void find(placed);
  }, [place]);

  return (
    <>
      <Heading
        title="Links"
        lead="Find a link, and see what the ledger and the API hold about it, and how it came to be."
      />
      <FindForm key={place} choice={search?.choice ?? placed} onFind={(choice) => void find(choice)} />
      {search && <Result search={search} onFind={find} />}
    </>
  );
}

function Result({ search, onFind }: { search: Search; onFind(choice: LinkChoice, reveal?: boolean): Promise<void> }) {
  const { choice, found, problem } = search;
  if (problem !== undefined) {
    return problem.code === 'not-found' ? (
      <Empty title="No such link was found.">
        <p>{problem.words}</p>
        {problem.do.map((step) => (
          <p key={step}>{step}</p>
        ))}
      </Empty>
    ) : (
      <ProblemNote problem={problem} again={() => void onFind(choice)} />
    );
  }
  if (found === undefined) return <Waiting what="the link" />;
  return <FoundPanels choice={choice} found={found} onReveal={(reveal) => void onFind(choice, reveal)} />;
}

import { type StuckKind, stuckKinds } from '../../cli/console/contract/stuck.ts';
import { Heading } from '../shell/heading.tsx';
import { route } from '../state/live.ts';
import { hashOf } from '../state/route.ts';
import { stuckCounts } from '../state/stuck-counts.ts';
import { number, title } from '../state/words.ts';
import { DeadLetters } from './dead-letters.tsx';
import { Held } from './held.tsx';
import { Parked } from './parked.tsx';
import { Quarantine } from './quarantine.tsx';

const explanations: Readonly<Record<StuckKind, string>> = {
  parked: 'Parked commands wait for quota. The pipeline replays them by itself when there is some.',
  quarantine: 'Quarantine has parked commands that could not be replayed. Release parks them again.',
  held: 'Held commands wait until somebody decides about their sender, whom nobody knows yet.',
  'dead-letters': 'Dead letters are messages that twenty deliveries did not complete.',
};

/** What cannot move by itself: four lists. */
export function StuckPages() {
  const [asked] = route.value.path;
  const kind = stuckKinds.find((one) => one === asked) ?? 'parked';
  return (
    <>
      <Heading title="Stuck work" lead={explanations[kind]} />
      <nav class="tabs" aria-label="Kinds of stuck work">
        <ul>
          {stuckKinds.map((one) => (
            <li key={one}>
              <a href={hashOf('stuck', [one])} aria-current={one === kind ? 'page' : undefined}>
                {title(one)} <Count kind={one} />
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <List key={kind} kind={kind} />
    </>
  );
}

function Count({ kind }: { kind: StuckKind }) {
  const count = stuckCounts.value?.[kind];
  return count === undefined ? null : <span class={count > 0 ? 'count bad' : 'count'}>{number(count)}</span>;
}

function List({ kind }: { kind: StuckKind }) {
  switch (kind) {
    case 'parked':
      return <Parked />;
    case 'quarantine':
      return <Quarantine />;
    case 'held':
      return <Held />;
    case 'dead-letters':
      return <DeadLetters />;
  }
}

import { decisionKey, type SenderDecision, type SenderDecisions } from '../domain/contract/sender.ts';
import type { Clock } from '../domain/work/clock.ts';
import { type ActContext, ActFailed, type Performed, type Performers } from './performers.ts';

export interface SenderPorts {
  senders: {
    /** Undefined if the record is malformed. */
    read(): Promise<SenderDecisions | undefined>;
    /** @returns false if somebody else has decided in the meantime */
    decide(source: string, sender: string, decision: SenderDecision, known?: SenderDecision): Promise<boolean>;
  };
  held: { lots(held: { source: string; sender: string }): AsyncIterable<{ commands: number }> };
  clock: Pick<Clock, 'wallMilliseconds'>;
}

interface Asked {
  source: string;
  sender: string;
  replace: boolean;
  unseen: boolean;
}

type Answer = SenderDecision & { changed: boolean; held: number };

/** The decisions about unknown senders. A repeat for the same reason changes nothing. */
export function senderActs(ports: SenderPorts): Pick<Performers, 'sender-confirm' | 'sender-reject'> {
  return {
    'sender-confirm': (act, context) => decide(act, 'confirmed', context, ports),
    'sender-reject': (act, context) => decide({ ...act, unseen: true }, 'rejected', context, ports),
  };
}

async function decide(
  { source, sender, replace, unseen }: Asked,
  decision: SenderDecision['decision'],
  { reason = '' }: ActContext,
  { senders, held: store, clock }: SenderPorts,
): Promise<Performed<Answer>> {
  let held = 0;
  for await (const { commands } of store.lots({ source, sender })) held += commands;
  const known = ((await senders.read()) ?? malformed())[decisionKey(source, sender)];
  if (known?.decision === decision && known.reason === reason) return performed({ ...known, changed: false, held });
  if (known !== undefined && !replace) {
    throw new ActFailed(
      `There is a decision about ${sender} and ${source}: ${wordsOf(known)}. To replace it, add --replace. Nothing was recorded.`,
    );
  }
  if (decision === 'confirmed' && known === undefined && held === 0 && !unseen) {
    throw new ActFailed(
      `Nothing is held from ${sender} for ${source}: the ID may be mistyped, and a confirmation lets it send as ${source}. ` +
        'To see the senders with held commands, run: onelink senders list. To confirm it all the same, add --yes. Nothing was recorded.',
    );
  }
  const made: SenderDecision = { decision, at: clock.wallMilliseconds(), reason };
  if (await senders.decide(source, sender, made, known)) return performed({ ...made, changed: true, held });
  throw new ActFailed(
    `Another operator has decided about ${sender} at the same time. Nothing was recorded. To see it, run: onelink senders list`,
  );
}

const performed = (answer: Answer): Performed<Answer> => ({
  answer,
  effect: { decision: answer.decision, changed: answer.changed, held: answer.held },
});

/** `confirmed 2026-03-10 12:00:05 UTC: “the role was made anew”` */
function wordsOf({ decision, at, reason }: SenderDecision): string {
  const instant = new Date(at).toISOString().slice(0, 19).replace('T', ' ');
  return `${decision} ${instant} UTC: “${reason.replaceAll(/[\p{C}\u2028\u2029]/gu, '?')}”`;
}

function malformed(): never {
  throw new ActFailed(
    'The record of decisions about senders cannot be read. Use the release that wrote it. If none can read it, delete the ' +
      'item senders of the ledger’s table, and decide again. Until then, the commands of unknown senders stay held.',
  );
}

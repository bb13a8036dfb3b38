import { join } from 'node:path';
import { campaignKey } from '../../../lambdas/domain/campaign/places.ts';
import { isActive } from '../../../lambdas/domain/campaign/record.ts';
import { standingWords } from '../../pipeline/campaign/campaign-words.ts';
import { LetterFile } from '../../pipeline/dead-letters/letter-file.ts';
import { purge } from '../../pipeline/dead-letters/purge.ts';
import { redrive } from '../../pipeline/dead-letters/redrive.ts';
import type { Operations } from '../../pipeline/operations.ts';
import { noRetiring, retiringCampaign, retiringRows } from '../../pipeline/retire-campaign.ts';
import { startRetiring, withDeletes } from '../../pipeline/start-retiring.ts';
import { counted } from '../../words/words.ts';
import type { OpenDesk } from '../desk.ts';
import { ProblemError } from '../problem.ts';
import { resultsOf } from '../reading/campaign-downloads.ts';
import { queueNamed } from '../reading/stuck-work.ts';
import type { ConsoleAct } from './act-forms.ts';

/** What an act did: counts, and one sentence. */
export interface Performed {
  effect: Record<string, number>;
  words: string;
}

export interface PerformPorts {
  operations: Operations;
  open: OpenDesk;
  interrupted: AbortSignal;
  /** The folder for the files of purged letters. */
  keepIn: string;
  nowMilliseconds(): number;
  /** Receives the counts of an act of many parts, so far. */
  onStep(effect: Record<string, number>): void;
}

/** Messages per second of a redrive, as the verb has it by default. */
const usualRate = 20;

/**
 * Has the operations function carry out an act.
 *
 * @throws OperatorError if the function refuses it or cannot carry it out
 */
export async function perform(act: ConsoleAct, reason: string | undefined, ports: PerformPorts): Promise<Performed> {
  const { operations } = ports;
  switch (act.name) {
    case 'pause':
    case 'resume': {
      const { ordered } = await operations.act(act.name, { lanes: act.lanes }, reason);
      const changed = ordered.filter((one) => one.changed).length;
      return { effect: { lanes: ordered.length, changed }, words: ordered.map(({ words }) => words).join(' ') };
    }
    case 'replay':
      await operations.act('replay', {}, reason);
      return { effect: {}, words: 'The replayer has started. It sends back the oldest commands first.' };
    case 'redrive':
      return sendBack(act, reason, ports);
    case 'purge':
      return purgeInto(act, reason, ports);
    case 'quarantine-release': {
      const { released, left } = await operations.act('quarantine-release', { key: act.key }, reason);
      const rest = left === 0 ? '' : ` ${counted(left, 'line')} cannot be read, and stay.`;
      return { effect: { released, left }, words: `${counted(released, 'command')} parked again.${rest}` };
    }
    case 'quarantine-drop': {
      const { lines } = await operations.act('quarantine-drop', { key: act.key }, reason);
      return { effect: { lines }, words: `${counted(lines, 'line')} deleted.` };
    }
    case 'sender-confirm':
    case 'sender-reject':
      return decide(act, reason, operations);
    case 'campaign-approve':
    case 'campaign-pause':
    case 'campaign-resume':
    case 'campaign-cancel': {
      const { source, campaign } = act;
      const { record, already } = await operations.act(act.name, { source, campaign }, reason);
      return { effect: {}, words: already ?? `${campaignKey(record)}: ${standingWords(record)}.` };
    }
    case 'campaign-retire':
      return retire(act, reason, ports);
  }
}

async function sendBack(
  { queue: name, perSecond = usualRate, limit = Number.POSITIVE_INFINITY }: Extract<ConsoleAct, { name: 'redrive' }>,
  reason: string | undefined,
  { operations, open, interrupted, onStep }: PerformPorts,
): Promise<Performed> {
  const queue = queueNamed(open.deployed, name);
  const { moved, refused } = await redrive(operations.begin(reason), queue, { limit, interrupted }, perSecond, (so) =>
    onStep({ moved: so }),
  );
  const rest = refused.length === 0 ? '' : ` The queue refused ${refused.length}, which stay dead letters.`;
  return { effect: { moved, refused: refused.length }, words: `${counted(moved, 'dead letter')} sent back.${rest}` };
}

/** A letter is deleted only when the file on the operator's machine has it. */
async function purgeInto(
  { queue: name }: Extract<ConsoleAct, { name: 'purge' }>,
  reason: string | undefined,
  { operations, open, interrupted, keepIn, nowMilliseconds, onStep }: PerformPorts,
): Promise<Performed> {
  const queue = queueNamed(open.deployed, name);
  const now = new Date(nowMilliseconds()).toISOString().replaceAll(/[-:.]/g, '');
  const file = await LetterFile.create(join(keepIn, `dead-letters-${open.deployed.stackName}-${name}-${now}.ndjson`));
  const purged = await purge(
    operations.begin(reason),
    queue,
    { limit: Number.POSITIVE_INFINITY, interrupted },
    (letters) => file.add(queue, letters),
    (so) => onStep({ purged: so }),
  ).finally(() => file.close());
  if (purged === 0) return { effect: { purged }, words: 'The queue had no dead letter that could be received.' };
  return {
    effect: { purged },
    words: `${counted(purged, 'dead letter')} deleted. ${file.path} keeps what was deleted.`,
  };
}

async function decide(
  { name, source, sender }: Extract<ConsoleAct, { name: 'sender-confirm' | 'sender-reject' }>,
  reason: string | undefined,
  operations: Operations,
): Promise<Performed> {
  const asked = { source, sender, replace: false };
  const { held, changed, decision } =
    name === 'sender-confirm'
      ? await operations.act(name, { ...asked, unseen: false }, reason)
      : await operations.act(name, asked, reason);
  const words = changed ? `${sender} is ${decision} for ${source}.` : `${sender} was ${decision} before.`;
  return { effect: { held }, words: `${words} ${counted(held, 'held command')} follow within a minute.` };
}

async function retire(
  { source, campaign: name }: Extract<ConsoleAct, { name: 'campaign-retire' }>,
  reason: string | undefined,
  { operations, open, interrupted, onStep }: PerformPorts,
): Promise<Performed> {
  const { record } = await open.deployed.campaigns.read({ source, name });
  if (record === undefined) throw new ProblemError('not-found', 'There is no such campaign.');
  if (isActive(record)) throw new ProblemError('refused', 'The campaign still runs. Wait for its end, or cancel it.');
  const counts = noRetiring();
  const deleting = retiringCampaign(record);
  const rows = retiringRows(resultsOf(record, open), record, open.deployed.ledger, counts);
  return withDeletes(rows, interrupted, async (file) => {
    if (counts.takenOver > 0) {
      throw new ProblemError(
        'refused',
        `The campaign has taken over ${counted(counts.takenOver, 'live link')}, which existed before it. A deleted link is gone at the API. So decide about them in a terminal. Nothing was deleted.`,
        ['delete', 'keep'].map((what) => `npx onelink campaign retire ${campaignKey(record)} --taken-over ${what}`),
      );
    }
    onStep({ links: counts.live });
    if (counts.live === 0) return { effect: { links: 0 }, words: 'The campaign has no live link.' };
    await startRetiring(file, deleting, record, counts.live, { operations, reason, signal: interrupted });
    return {
      effect: { links: counts.live },
      words: `${campaignKey(deleting)} has started. It deletes ${counted(counts.live, 'link')}.`,
    };
  });
}

import type { RedriveRequest, RedriveResult } from '../domain/acts/dead-letters.ts';
import { originalAttribute, soundOriginal } from '../domain/contract/original-message.ts';
import { firstSenderAttribute, type Sender, senderOf, uniqueId } from '../domain/contract/sender.ts';
import type { OperationsEnvironment } from './env.ts';
import { type Letter, type MovePorts, moveLetters, type Paced } from './move-letters.ts';
import { ActFailed, type Performers } from './performers.ts';

/** A dead letter on its way back, with what the pipeline vouches for. */
export interface SentBack {
  body: string;
  messageId: string;
  sentAtMilliseconds: number;
  sender: Sender;
  receiveCount?: number;
  groupId?: string;
}

/** The adapters that a redrive needs. */
export interface RedrivePorts extends MovePorts {
  letters: MovePorts['letters'] & {
    comeFrom(deadLettersUrl: string, queueUrl: string): Promise<boolean>;
    /** @returns why the queue refuses the message, if the message itself is the cause */
    send(url: string, message: SentBack): Promise<string | undefined>;
  };
}

type RedriveSettings = Pick<OperationsEnvironment, 'OWN_SENDERS' | 'DEDUPLICATION_WINDOW_DAYS'>;

export function redriveAct(
  settings: RedriveSettings,
  { turnsAt, ...ports }: Paced<RedrivePorts>,
): Pick<Performers, 'redrive'> {
  return {
    redrive: async (act) => {
      const answer = await redrive(act, settings, { ...ports, turns: turnsAt(act.perSecond) });
      return { answer, effect: { moved: answer.moved, refused: answer.refused.length } };
    },
  };
}

/**
 * Sends dead letters back to their queue. Each keeps its first sender, sent time, message ID and group. The worker answers a
 * duplicate from its request record.
 *
 * @throws ActFailed if the queue is not the one that the letters came from
 */
export async function redrive(
  act: Omit<RedriveRequest, 'name'>,
  settings: RedriveSettings,
  ports: RedrivePorts,
): Promise<RedriveResult> {
  const { letters } = ports;
  if (!(await letters.comeFrom(act.deadLettersUrl, act.queueUrl)))
    throw new ActFailed('The dead letters are not of this queue.');
  return moveLetters(
    act,
    { takes: () => true, send: (letter) => letters.send(act.queueUrl, sentBack(letter, settings)) },
    ports,
  );
}

/**
 * What the pipeline vouches for: the first sender that SQS reports. If one of the pipeline's own roles has sent the letter,
 * it is the one that this role has named. None of the letter's own attributes goes with it.
 */
function sentBack(
  { messageId, body, sentAtMilliseconds, senderId, attributes, groupId }: Letter,
  { OWN_SENDERS, DEDUPLICATION_WINDOW_DAYS }: RedriveSettings,
): SentBack {
  const isOwn = OWN_SENDERS.has(uniqueId(senderId));
  const text = (name: string) => (isOwn ? attributes[name]?.StringValue : undefined);
  const original = soundOriginal(
    {
      messageId: text(originalAttribute.messageId),
      sentTimestamp: text(originalAttribute.sentTimestamp),
      receiveCount: text(originalAttribute.receiveCount),
    },
    sentAtMilliseconds,
    DEDUPLICATION_WINDOW_DAYS * 86_400_000,
  );
  return {
    body,
    messageId: original.messageId ?? messageId,
    sentAtMilliseconds: original.sentAtMilliseconds ?? sentAtMilliseconds,
    sender: senderOf(senderId, text(firstSenderAttribute), isOwn),
    ...(original.receiveCount !== undefined && { receiveCount: original.receiveCount }),
    ...(groupId !== undefined && { groupId }),
  };
}

import * as z from 'zod';
import type { RedriveOutcomesRequest } from '../domain/acts/dead-letters.ts';
import type { AnswerTo } from '../domain/acts/registry.ts';
import { jsonText } from '../domain/contract/json-text.ts';
import { type Outcome, outcomeSchema } from '../domain/contract/outcome.ts';
import type { Clock } from '../domain/work/clock.ts';
import type { OperationsEnvironment } from './env.ts';
import { type MovePorts, moveLetters, type Paced } from './move-letters.ts';
import { ActFailed, type Performers } from './performers.ts';

/** The adapters that a redrive of outcomes needs. */
export interface RedriveOutcomesPorts extends MovePorts {
  outcomes: {
    /**
     * Publishes an outcome once more, in the text that it had.
     * @returns why SNS refuses it, if the outcome itself is the cause
     */
    republish(text: string, outcome: Outcome): Promise<string | undefined>;
  };
  clock: Pick<Clock, 'monotonicMilliseconds' | 'wallMilliseconds'>;
}

type Settings = Pick<OperationsEnvironment, 'OUTCOME_TOPIC_ARN' | 'UNDELIVERED_OUTCOMES_URL'>;

export function redriveOutcomesAct(
  settings: Settings,
  { turnsAt, ...ports }: Paced<RedriveOutcomesPorts>,
): Pick<Performers, 'redrive-outcomes'> {
  return {
    'redrive-outcomes': async (act) => {
      const answer = await redriveOutcomes(act, settings, { ...ports, turns: turnsAt(act.perSecond) });
      return { answer, effect: { moved: answer.moved, refused: answer.refused.length } };
    },
  };
}

/** What SNS posts: a notification, whose message is the outcome. */
const notificationText = jsonText(z.object({ TopicArn: z.string(), Message: z.string() }));
const outcomeText = jsonText(outcomeSchema);

/**
 * Publishes outcomes once more that SNS could not post. SNS has no call for one subscription, and a receiver refuses a notification
 * that is an hour old. So the topic gets the outcome anew, and all receivers of its source do. They know a repeat by its
 * `outcomeId`.
 *
 * @throws ActFailed if the queue is not the one of these outcomes
 */
export async function redriveOutcomes(
  act: Omit<RedriveOutcomesRequest, 'name'>,
  { OUTCOME_TOPIC_ARN, UNDELIVERED_OUTCOMES_URL }: Settings,
  ports: RedriveOutcomesPorts,
): Promise<AnswerTo<'redrive-outcomes'>> {
  if (act.deadLettersUrl !== UNDELIVERED_OUTCOMES_URL)
    throw new ActFailed('The dead letters are not outcomes that SNS could not post.');
  const before = act.before ?? ports.clock.wallMilliseconds();
  const moved = await moveLetters(
    act,
    {
      takes: ({ sentAtMilliseconds }) => sentAtMilliseconds <= before,
      send: async ({ body }) => {
        const notification = notificationText.safeParse(body).data;
        if (notification?.TopicArn !== OUTCOME_TOPIC_ARN) return 'NotOfThisTopic';
        const outcome = outcomeText.safeParse(notification.Message).data;
        return outcome === undefined ? 'NotAnOutcome' : ports.outcomes.republish(notification.Message, outcome);
      },
    },
    ports,
  );
  return { ...moved, before };
}

interface Grouped {
  readonly messageGroupId?: string | undefined;
}

/** What fairness needs of a queue. */
export interface SharedQueue<Message extends Grouped> {
  messages: Message[];
  readonly inflightMessages: ReadonlyMap<string, { readonly message: Grouped }>;
}

/** A group with so many messages in flight, and with more than this share of all in flight, is noisy. */
const noisyFrom = { inFlight: 30, share: 0.1 };

/**
 * Delivers the messages of quiet groups first, as the fair queues of SQS do. `MessageGroupId` names the group. A message
 * without one is a group of its own. Of several noisy groups, the one with the fewest messages in flight comes first.
 * SQS also measures the processing time of a group, and remembers for minutes that a group was noisy.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html
 */
export function arrange<Message extends Grouped>(queue: SharedQueue<Message>, most: number): void {
  const noisy = noisyGroups(queue);
  if (noisy.size === 0) return;
  const { messages } = queue;
  const quiet: number[] = [];
  const ofNoisy = new Map<string, number[]>([...noisy].map(([group]) => [group, []]));
  for (let index = 0; index < messages.length && quiet.length < most; index++) {
    const group = messages[index]?.messageGroupId;
    const found = group === undefined ? quiet : (ofNoisy.get(group) ?? quiet);
    if (found.length < most) found.push(index);
  }
  const byLoad = [...noisy].sort(([, one], [, other]) => one - other);
  const chosen = [...quiet, ...byLoad.flatMap(([group]) => ofNoisy.get(group) ?? [])].slice(0, most);
  if (chosen.every((place, index) => place === index)) return;
  const next = chosen.flatMap((index) => messages[index] ?? []);
  for (const index of chosen.sort((one, other) => other - one)) messages.splice(index, 1);
  messages.unshift(...next);
}

/** The noisy groups, and how many messages each has in flight. */
function noisyGroups({ messages, inflightMessages }: SharedQueue<Grouped>): Map<string, number> {
  if (inflightMessages.size < noisyFrom.inFlight || messages.length === 0) return new Map();
  const counts = new Map<string, number>();
  for (const { message } of inflightMessages.values()) {
    const group = message.messageGroupId;
    if (group !== undefined) counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  const least = inflightMessages.size * noisyFrom.share;
  return new Map([...counts].filter(([, count]) => count >= noisyFrom.inFlight && count > least));
}

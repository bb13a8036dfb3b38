import { originalAttribute } from '../../../lambdas/domain/contract/original-message.ts';
import { untilAnswered } from './http-steps.ts';
import type { HttpCallRun, HttpModelWorld } from './http-world.ts';

/** The promises to callers that a run broke, as text: one request, one link, one outcome, one answer. Empty if all held. */
export async function httpFaults(world: HttpModelWorld): Promise<string[]> {
  const faults: string[] = [];
  const known = new Map<string, Set<string>>();
  for (const { key, content } of world.calls) known.set(key, (known.get(key) ?? new Set()).add(content));
  for (const [key, contents] of known) {
    const ends: HttpCallRun[] = [];
    for (const content of contents) ends.push(await untilAnswered(world, key, content));
    faults.push(...keyFaults(world, key, ends));
  }
  for (const { number, answer } of world.calls) {
    if (answer !== undefined && !allowed.has(`${answer.status} ${answer.type}`.trim()))
      faults.push(`call ${number} got ${answer.status} ${answer.type}`);
  }
  return faults;
}

/** All that a call may get whose command is valid. */
const allowed = new Set([
  '200',
  '202',
  '409 in-progress',
  '422 key-reused',
  '429 too-many-requests',
  '503 lane-paused',
  '503 unavailable',
]);

function keyFaults({ pipeline, calls }: HttpModelWorld, key: string, ends: readonly HttpCallRun[]): string[] {
  const faults: string[] = [];
  // One of the contents of a key has it. The other is refused.
  const winners = ends.filter(({ answer }) => answer?.status === 200);
  const [winner] = winners;
  if (winner === undefined || winners.length > 1) faults.push(`${key}: ${winners.length} contents have the key`);
  const others = ends.filter(({ answer }) => answer?.status !== 200);
  if (others.some(({ answer }) => answer?.type !== 'key-reused')) faults.push(`${key}: another content is not refused`);

  const answers = calls.filter((call) => call.key === key && call.answer?.status === 200);
  if (new Set(answers.map(({ answer }) => answer?.body)).size > 1) faults.push(`${key}: its answers differ`);
  if (answers.some(({ content }) => content !== winner?.content)) faults.push(`${key}: two contents got an answer`);

  const copies = pipeline.queues.link.messages.filter(({ body }) => body.includes(`"requestId":"${key}"`));
  const messageIds = new Set(copies.flatMap(({ attributes }) => attributes[originalAttribute.messageId] ?? []));
  if (messageIds.size > 1) faults.push(`${key}: its copies have ${messageIds.size} message IDs`);

  const marks = new Set(ends.map(({ content }) => content));
  const made = pipeline.oneLink.writes.filter(
    ({ operation, mark, meaning }) => operation === 'create' && marks.has(mark ?? '') && meaning === 'ok',
  );
  if (made.length !== 1) faults.push(`${key}: ${made.length} links were made`);
  const published = pipeline.outcomes.filter(({ requestId }) => requestId === key);
  const outcomes = new Set(published.map(({ outcomeId }) => outcomeId));
  if (outcomes.size !== 1) faults.push(`${key}: ${outcomes.size} outcomes were published`);
  return faults;
}

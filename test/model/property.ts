import fc from 'fast-check';
import { linkFaults } from './invariants/links.ts';
import { orderFaults } from './invariants/order.ts';
import { outcomeFaults } from './invariants/outcomes.ts';
import { quotaFaults } from './invariants/quota.ts';
import { takeoverFaults } from './invariants/takeovers.ts';
import { type Run, run } from './steps/perform.ts';
import { scenario } from './steps/step.ts';

/** The invariants that a run broke, as text. Empty if all held. */
export function faultsOf(done: Run): string[] {
  return [
    ...outcomeFaults(done),
    ...linkFaults(done),
    ...orderFaults(done),
    ...quotaFaults(done),
    ...takeoverFaults(done),
  ];
}

export const property = fc.asyncProperty(scenario, async (one) => {
  const done = await run(one);
  const faults = faultsOf(done);
  if (faults.length > 0) throw new Error(`${faults.join('\n')}\n\n${story(done)}`);
});

/** All messages, environments and calls of a run, as text. */
export function story({ pipeline, producers }: Run): string {
  const sent = [...producers.messages].map(([messageId, { body }]) => `${messageId}: ${JSON.stringify(body)}`);
  const started = pipeline.environments.map(({ number, job, messages }) => {
    return `#${number} ${job}: ${messages.map(({ messageId }) => messageId).join(' ')}`;
  });
  const calls = pipeline.scheduler.trace.map(({ atSeconds, environment, port, subject, fate, answer }) => {
    return `${atSeconds % 1_000_000} #${environment} ${port} ${subject} ${fate} ${brief(answer)}`;
  });
  return [...sent, ...started, ...calls].join('\n');
}

function brief(answer: unknown): string {
  if (answer instanceof Map) return `${answer.size} found`;
  const text = JSON.stringify(answer) ?? '';
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}

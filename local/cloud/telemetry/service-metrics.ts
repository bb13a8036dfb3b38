import type { QueueCounts } from '../engines/queue-counts.ts';
import type { InvocationResult } from '../lambda/function.ts';
import type { MetricStore } from './metric-store.ts';

/** Records what AWS itself would measure of queues and functions. */
export class ServiceMetrics {
  readonly #metrics: Pick<MetricStore, 'record'>;
  readonly #sentBefore = new Map<string, number>();

  constructor(metrics: Pick<MetricStore, 'record'>) {
    this.#metrics = metrics;
  }

  /** One look at a queue. SQS takes one a minute; here they come more often, since a day of tests is short. */
  queue(counts: QueueCounts): void {
    const record = (name: string, value: number) =>
      this.#metrics.record('AWS/SQS', name, { QueueName: counts.name }, value);
    record('ApproximateNumberOfMessagesVisible', counts.visible);
    record('ApproximateNumberOfMessagesNotVisible', counts.inFlight);
    record('ApproximateNumberOfMessagesDelayed', counts.delayed);
    record('ApproximateAgeOfOldestMessage', Math.floor(counts.oldestAgeSeconds));
    record('NumberOfMessagesSent', counts.sent - (this.#sentBefore.get(counts.name) ?? 0));
    this.#sentBefore.set(counts.name, counts.sent);
  }

  /** How long the last record of a batch had been on its stream when the batch was handed over. */
  iteratorAge(functionName: string, milliseconds: number): void {
    this.#metrics.record('AWS/Lambda', 'IteratorAge', { FunctionName: functionName }, milliseconds);
  }

  /** The end of an invocation. A throttled one is neither an invocation nor an error (as AWS counts). */
  invocation(functionName: string, result: InvocationResult, running: number): void {
    const record = (name: string, value: number) =>
      this.#metrics.record('AWS/Lambda', name, { FunctionName: functionName }, value);
    record('Throttles', result.outcome === 'throttled' ? 1 : 0);
    if (result.outcome === 'throttled') return;
    record('Invocations', 1);
    record('Errors', result.outcome === 'failed' ? 1 : 0);
    record('Duration', result.durationMilliseconds);
    record('ConcurrentExecutions', running);
  }
}

import type { QueueCounts } from '../engines/queue-engine.ts';
import type { InvocationResult } from '../lambda/function.ts';
import type { MetricStore } from './metric-store.ts';

/** Records the metrics that AWS itself measures for queues and functions. */
export class ServiceMetrics {
  readonly #metrics: Pick<MetricStore, 'record'>;
  readonly #sentBefore = new Map<string, number>();

  constructor(metrics: Pick<MetricStore, 'record'>) {
    this.#metrics = metrics;
  }

  /**
   * One measurement of a queue. SQS measures once a minute. Here it is more frequent, because a simulated day is short.
   */
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

  /** The age of a batch's last record on its stream at the invocation. */
  iteratorAge(functionName: string, milliseconds: number): void {
    this.#metrics.record('AWS/Lambda', 'IteratorAge', { FunctionName: functionName }, milliseconds);
  }

  /** The end of an invocation. A throttled one counts neither as an invocation nor as an error, as on AWS. */
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

import type { TopicCounts } from '../engines/http-subscriptions.ts';
import type { QueueCounts } from '../engines/queue-engine.ts';
import type { InvocationResult } from '../lambda/function.ts';
import type { MetricStore } from './metric-store.ts';

const topicMetrics = [
  ['delivered', 'NumberOfNotificationsDelivered'],
  ['failed', 'NumberOfNotificationsFailed'],
  ['redriven', 'NumberOfNotificationsRedrivenToDlq'],
  ['failedToRedrive', 'NumberOfNotificationsFailedToRedriveToDlq'],
] as const;

/** Records the metrics that AWS itself measures for queues, topics, functions and REST APIs. */
export function serviceMetrics(metrics: Pick<MetricStore, 'record'>) {
  const sentBefore = new Map<string, number>();
  const topicsBefore = new Map<string, TopicCounts>();
  const ofFunction = (FunctionName: string) => (name: string, value: number) =>
    metrics.record('AWS/Lambda', name, { FunctionName }, value);
  return {
    /**
     * One measurement of a queue. SQS measures once a minute. Here it is more frequent, because a simulated day is
     * short.
     */
    queue: (counts: QueueCounts): void => {
      const record = (name: string, value: number) =>
        metrics.record('AWS/SQS', name, { QueueName: counts.name }, value);
      record('ApproximateNumberOfMessagesVisible', counts.visible);
      record('ApproximateNumberOfMessagesNotVisible', counts.inFlight);
      record('ApproximateNumberOfMessagesDelayed', counts.delayed);
      record('ApproximateAgeOfOldestMessage', Math.floor(counts.oldestAgeSeconds));
      record('NumberOfMessagesSent', counts.sent - (sentBefore.get(counts.name) ?? 0));
      sentBefore.set(counts.name, counts.sent);
    },
    /** One measurement of a topic's deliveries over HTTP. As at SNS, a topic without any has no values. */
    topic: (counts: TopicCounts): void => {
      const before = topicsBefore.get(counts.name);
      topicsBefore.set(counts.name, counts);
      for (const [count, name] of topicMetrics) {
        const added = counts[count] - (before?.[count] ?? 0);
        if (added > 0) metrics.record('AWS/SNS', name, { TopicName: counts.name }, added);
      }
    },
    /** A measurement of one request to a REST API. CloudWatch has it for the API, and for its stage. */
    api: (ApiName: string, Stage: string, name: string, value: number): void => {
      for (const dimensions of [{ ApiName }, { ApiName, Stage }]) {
        metrics.record('AWS/ApiGateway', name, dimensions, value);
      }
    },
    /** The age of a batch's last record on its stream at the invocation. */
    iteratorAge: (functionName: string, milliseconds: number): void =>
      ofFunction(functionName)('IteratorAge', milliseconds),
    /** The end of an invocation. A throttled one counts neither as an invocation nor as an error, as on AWS. */
    invocation: (functionName: string, result: InvocationResult, running: number): void => {
      const record = ofFunction(functionName);
      record('Throttles', result.outcome === 'throttled' ? 1 : 0);
      if (result.outcome === 'throttled') return;
      record('Invocations', 1);
      record('Errors', result.outcome === 'failed' ? 1 : 0);
      record('Duration', result.durationMilliseconds);
      record('ConcurrentExecutions', running);
    },
  };
}

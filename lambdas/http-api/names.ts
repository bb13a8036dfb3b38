/** Metrics with the dimension {service}, written by the HTTP API. */
export const httpApiMetric = {
  /** Calls that the function has answered, problems included. */
  requestAnswered: 'HttpRequestAnswered',
  /** Milliseconds from a call's start to its answer, without the time in which it waited for an outcome. */
  answerMilliseconds: 'HttpAnswerMilliseconds',
  /** Milliseconds in which a call waited for its outcome. */
  waitMilliseconds: 'HttpWaitMilliseconds',
  /** Calls that would have waited, but found no free place. */
  waitingFull: 'HttpWaitingFull',
  /** Calls that waited until their time was up. */
  waitTimedOut: 'HttpWaitTimedOut',
  /** Calls that repeated a request with a recorded outcome. */
  requestReplayed: 'HttpRequestReplayed',
  /** Calls above the producer's own rate. */
  tooManyRequests: 'HttpTooManyRequests',
  /** Calls that ended with a 5xx, except those to a paused lane. */
  requestFailed: 'HttpRequestFailed',
  /** Marks, places and counts that could not be written. The calls went on. */
  bookkeepingFailed: 'HttpBookkeepingFailed',
} as const;

/** Metrics with the dimension {service}, written by the HTTP API's authorizer. */
export const httpAuthorizerMetric = {
  /**
   * Calls with a key that has the right form, and is unknown or revoked. Lambda counts each of them as an error as well, so
   * the difference of both is what has really failed.
   */
  keyRefused: 'HttpKeyRefused',
} as const;

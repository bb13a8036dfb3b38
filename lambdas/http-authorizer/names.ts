/** Metrics with the dimension {service}, written by the authorizer of the HTTP API. */
export const httpAuthorizerMetric = {
  /**
   * Calls with a key that is unknown, revoked, or of a producer that may not use keys. Lambda counts each of them as an error
   * as well, so the difference of both is what has really failed.
   */
  keyRefused: 'HttpKeyRefused',
  /** Calls that ended with a 503, because the secret with the hashes is unreadable or malformed. */
  keysUnreadable: 'HttpKeysUnreadable',
} as const;

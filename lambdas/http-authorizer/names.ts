/** Metrics with the dimension {service}, written by the authorizer of the HTTP API. */
export const httpAuthorizerMetric = {
  /** Calls with a key that is unknown, revoked, or of a producer that may not use keys. */
  keyRefused: 'HttpKeyRefused',
  /** Calls that ended with a 500, because the secret with the hashes is unreadable or malformed. */
  keysUnreadable: 'HttpKeysUnreadable',
} as const;

/** Metrics with the dimension {service}, written by the forwarder. */
export const forwarderMetric = {
  /** Messages that a lane's queue did not accept. They returned to their ingress queue. */
  forwardFailed: 'ForwardFailed',
} as const;

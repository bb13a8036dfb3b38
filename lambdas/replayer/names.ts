/** Metrics that the replayer writes and the infrastructure reads. */

/** Metrics with the dimensions {service, lane}, written by the replayer. */
export const replayerMetric = {
  /** Lines of the archive that went to quarantine: unreadable lines, or commands that the lane's queue refused. */
  commandQuarantined: 'CommandQuarantined',
  /** Failures to replay a lot or a lane. */
  replayFailed: 'ReplayFailed',
  /** Commands parked in the archive, while there are any. */
  commandsParked: 'CommandsParked',
} as const;

/** Metrics with the dimension {service}, written by the replayer. */
export const heldMetric = {
  /** Commands of unknown senders in the archive. */
  commandsHeld: 'CommandsHeld',
} as const;

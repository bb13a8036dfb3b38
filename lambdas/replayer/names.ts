/** Metrics that the replayer writes and the infrastructure reads. */

/** Metrics with the dimensions {service, lane}, written by the replayer. */
export const replayerMetric = {
  /** Lines of the archive that went to quarantine: nobody could read them, or the lane's queue refused them. */
  commandQuarantined: 'CommandQuarantined',
  /** Runs that could not replay a lane to the end, or a lot of it. */
  replayFailed: 'ReplayFailed',
  /** Commands that wait in the archive. */
  commandsParked: 'CommandsParked',
} as const;

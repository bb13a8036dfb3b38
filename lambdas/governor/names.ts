/** Metrics that the governor writes and the infrastructure reads. */

/** Metrics with the dimension {service} alone, written by the governor. */
export const governorMetric = {
  /** Calls that are left to this pipeline in this UTC month: at most its share. */
  quotaRemaining: 'QuotaRemaining',
  /** Calls used this UTC month, by all systems. Once for each answered poll, so its sample count is the number of polls. */
  quotaUsed: 'QuotaUsed',
  /** Of the account's quota, or of the pipeline's share, whichever is more. */
  quotaUsedPercent: 'QuotaUsedPercent',
  /** Calls an hour, over the last hour. */
  quotaBurnPerHour: 'QuotaBurnPerHour',
  /** Projected use at the end of the month, as a percentage of the quota (governor/forecast.ts). */
  quotaProjectedMonthEndPercent: 'QuotaProjectedMonthEndPercent',
  /** Calls of the last hour that neither this pipeline nor its siblings made. */
  quotaSpentElsewhere: 'QuotaSpentElsewhere',
  /** 1 if the API refuses the token or the feature is off, else 0. */
  accountRefused: 'AccountRefused',
  /** 1 if the probe or the workers received no usable answer from the API, else 0. */
  apiUnreachable: 'ApiUnreachable',
  /** Runs that found another link-ID secret than the one with which the ledger was written. */
  linkIdSecretDiffers: 'LinkIdSecretDiffers',
  /** The governor could not read the control record and rebuilt it. Lanes whose mappings were off stay paused. */
  controlRebuilt: 'ControlRebuilt',
} as const;

/** Metrics with the dimensions {service, lane}, written by the governor each minute while the lane is in the state. */
export const laneStateMetric = {
  /** Minutes since the lane was last open. */
  laneParkingMinutes: 'LaneParkingMinutes',
  lanePausedMinutes: 'LanePausedMinutes',
} as const;

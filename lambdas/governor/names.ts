/** Metrics that the governor writes and the infrastructure reads. */

/** Metrics with the dimension {service} alone, written by the governor. */
export const governorMetric = {
  quotaRemaining: 'QuotaRemaining',
  /** Calls of this UTC month that are gone, whoever made them. */
  quotaUsed: 'QuotaUsed',
  quotaUsedPercent: 'QuotaUsedPercent',
  /** Calls an hour, over the last one. */
  quotaBurnPerHour: 'QuotaBurnPerHour',
  /** At that burn; 744, a month, where it is longer. */
  quotaHoursToEmpty: 'QuotaHoursToEmpty',
  /** What will be used when the month ends, as a percentage of the quota (governor/forecast.ts). */
  quotaProjectedMonthEndPercent: 'QuotaProjectedMonthEndPercent',
  /** Calls of the last hour that were not ours. */
  quotaSpentElsewhere: 'QuotaSpentElsewhere',
  /** 1 for each poll that was answered: the governor's heartbeat. */
  quotaPolled: 'QuotaPolled',
  /** 1 when the API refuses the token, or has the feature switched off; else 0. */
  accountRefused: 'AccountRefused',
  /** 1 when the API gave the probe, or the workers, no usable answer; else 0. */
  apiUnreachable: 'ApiUnreachable',
  /** The control record could not be read, and was made anew: lanes whose mappings were off stay paused. */
  controlRebuilt: 'ControlRebuilt',
} as const;

/** Metrics with the dimensions {service, lane}, written by the governor each minute. */
export const laneStateMetric = {
  /** Minutes since the lane was last open; 0 while it is. */
  laneParkingMinutes: 'LaneParkingMinutes',
  lanePausedMinutes: 'LanePausedMinutes',
} as const;

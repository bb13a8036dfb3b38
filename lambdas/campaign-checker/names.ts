/** Metrics with the dimension {service}, written by the campaign checker. */
export const campaignCheckerMetric = {
  /** Rows that were checked. */
  rowsChecked: 'CampaignRowsChecked',
  /** Of these, rows that were rejected. */
  rowsRefused: 'CampaignRowsRefused',
  /** Files that cannot be used as a whole: unknown source, settings that are no JSON, no header. */
  fileRefused: 'CampaignFileRefused',
  /** Slices of a check that failed. SQS delivers their message again. */
  checkFailed: 'CampaignCheckFailed',
} as const;

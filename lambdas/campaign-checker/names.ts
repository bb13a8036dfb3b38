/** Metrics with the dimension {service}, written by the campaign checker. */
export const campaignCheckerMetric = {
  /** Rows that were checked. */
  rowsChecked: 'CampaignRowsChecked',
  /** Of these, rows that were rejected. */
  rowsRefused: 'CampaignRowsRefused',
  /** Files that cannot be used as a whole: wrong folder or ending, unknown source, settings that are no JSON, no header. */
  fileRefused: 'CampaignFileRefused',
  /** Messages that were dropped, because neither S3 nor the checker has sent them. */
  messageForeign: 'CampaignMessageForeign',
  /** Slices of a check that failed. SQS delivers their message again. */
  checkFailed: 'CampaignCheckFailed',
} as const;

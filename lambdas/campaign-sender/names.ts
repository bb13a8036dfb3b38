/** Metrics that the campaign sender writes and the infrastructure reads. */

/** Metrics with the dimensions {service, lane}, written by the campaign sender. */
export const campaignLaneMetric = {
  /** Rows of campaigns that were put into the lane's queue. */
  rowsSent: 'CampaignRowsSent',
  /** Rows that have their final status, whichever it is. */
  rowsSettled: 'CampaignRowsSettled',
  /** Of these, rows with the status `rejected`. */
  rowsRejected: 'CampaignRowsRejected',
  /** Of these, rows with the status `failed`. */
  rowsFailed: 'CampaignRowsFailed',
  /** Rows that were sent again, because they had no answer. */
  rowsSentAgain: 'CampaignRowsSentAgain',
  /** Level: campaigns that are being sent. */
  active: 'CampaignsActive',
  /** Level: campaigns that have settled no row for fifteen minutes, although their lane is open. */
  standsStill: 'CampaignStandsStill',
  /** Level: campaigns whose last row will be done after their `sendBy`. */
  late: 'CampaignLate',
  /** Level, in percent: the largest share of rejected rows among the lane's campaigns. */
  rejectedShare: 'CampaignRejectedShare',
  /** Failures to send, settle or finish a campaign. The next run tries again. */
  failed: 'CampaignFailed',
} as const;

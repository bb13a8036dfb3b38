/** What a lane is for, in a few words. */
export function laneWords(lane: string, kind: string | undefined): string {
  if (lane === 'qr') return 'QR codes of all lanes';
  if (lane === 'expiry') return 'links whose time is over';
  return kind === undefined || kind === 'link' ? 'commands for links' : kind;
}

const reasons: Readonly<Record<string, string>> = {
  'quota-reserve-reached': 'the quota is down to the lane’s reserve',
  'quota-share-reached': 'the pipeline’s share of the quota is down to the lane’s reserve',
  'quota-exceeded': 'the API reports that the quota is spent',
  'hourly-cap-reached': 'the lane has spent its hourly cap',
  'daily-cap-reached': 'the lane has spent its daily cap',
  'token-refused': 'the API refuses the token',
  'feature-off': 'the account has no OneLink API',
  'api-outage': 'the API gives no usable answers',
  operator: 'by an operator',
  'control-record-lost': 'the governor made a new control record',
};

/** The governor's reason for a state, as docs/operations.md explains it. */
export const reasonWords = (reason: string) => reasons[reason] ?? reason.replaceAll('-', ' ');

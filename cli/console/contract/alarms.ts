// Alarms: GET /api/alarms → AlarmList

export interface AlarmList {
  at: number;
  /** Those in ALARM first, and the longest first. */
  alarms: AlarmItem[];
}
export interface AlarmItem {
  /** The alarm's name in CloudWatch. */
  name: string;
  /** Its entry of the runbook; null for an alarm that the runbook does not have. */
  entry: string | null;
  state: 'ALARM' | 'OK' | 'INSUFFICIENT_DATA';
  since: number | null;
  severity: 'page' | 'ticket' | null;
  description: string;
  /** The runbook's sections in their order: Means, Check, Fix, Closed when. Markdown with code spans, links, lists and bold. */
  sections: { title: string; markdown: string; commands: string[] }[];
}

// Audit: GET /api/audit?since=7d&until=&by=&act=&after= → AuditPage

export interface AuditPage {
  at: number;
  entries: AuditEntry[];
  next: string | null;
}
export interface AuditEntry {
  actId: string;
  act: string;
  begunAt: number | null;
  endedAt: number | null;
  /** Null if it was refused before anybody knew who asked. `name` is `operator/anna` of an assumed role: role and session. */
  by: { name: string; arn: string; account: string } | null;
  target: Record<string, string | number | boolean | string[]>;
  reason: string | null;
  result: 'done' | 'failed' | 'refused' | 'no-end';
  effect: Record<string, string | number | boolean | string[]>;
  error: string | null;
}

import type { NotSent } from '../../../../local/start/report/not-sent.ts';

/** A command of `crm` that SQS did not confirm. */
export function givenUnsent(line: number, reason = 'interrupted', mayBeIn = false): NotSent[number] {
  const body = `{"line":${line}}`;
  const message = { line, body, lane: 'campaign', source: 'crm', requestId: `r-${line}`, asksForQr: false };
  return { message, reason, mayBeIn };
}

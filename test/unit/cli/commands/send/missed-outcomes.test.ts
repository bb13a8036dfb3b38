import { describe, expect, test } from 'vitest';
import { missedOutcomes } from '../../../../../cli/commands/send/missed-outcomes.ts';
import type { MessageSketch } from '../../../../../cli/files/message.ts';
import type { Awaited } from '../../../../../cli/pipeline/awaited-outcomes.ts';
import type { Outcome } from '../../../../../lambdas/domain/contract/outcome.ts';
import type { RequestRecord } from '../../../../../lambdas/domain/link/ledger-record.ts';
import { givenRecord } from '../../../../world/given-ledger.ts';
import { givenLink, givenOutcome } from '../../../../world/given-outcome.ts';

const open = (requestId: string, more: Partial<Awaited<MessageSketch>> = {}, asksForQr = false) => ({
  message: { source: 'crm', requestId, asksForQr },
  messageId: `m-${requestId}`,
  ...more,
});
const answered = (requestId: string, change: Partial<Outcome> = {}) =>
  givenOutcome({ requestId, messageId: `m-${requestId}`, link: givenLink(`of-${requestId}`), ...change });

/** A ledger with these outcomes, and the QR codes of these links. */
function givenLedger(outcomes: Outcome[], withCode: string[] = []) {
  const reads: string[][] = [];
  const records = new Map(
    outcomes.map((outcome) => [`crm/${outcome.requestId}`, { outcome } as unknown as RequestRecord]),
  );
  return {
    reads,
    requests: async (asked: { source: string; requestId: string }[]) => {
      const keys = asked.map(({ source, requestId }) => `${source}/${requestId}`);
      reads.push(keys);
      return new Map([...records].filter(([key]) => keys.includes(key)));
    },
    link: async (address: { onelinkId: string; shortlinkId: string }) =>
      givenRecord({}, { address, ...(withCode.includes(address.shortlinkId) && { qrKey: 'qr/a.png' }) }),
  };
}

describe('a missed outcome', () => {
  test('is read from the ledger, a hundred requests at a time', async () => {
    const all = Array.from({ length: 250 }, (_, index) => `r-${index}`);
    const ledger = givenLedger([answered('r-3'), answered('r-249', { outcome: 'conflict' })]);
    const { answers, codes } = await missedOutcomes(
      all.map((requestId) => open(requestId)),
      ledger,
    );
    expect(answers.map(({ requestId, outcome }) => `${requestId} ${outcome}`)).toEqual([
      'r-3 created',
      'r-249 conflict',
    ]);
    expect(codes).toEqual([]);
    expect(ledger.reads.map(({ length }) => length)).toEqual([100, 100, 50]);
  });

  test('is not the outcome of another message', async () => {
    const ledger = givenLedger([answered('r-1', { messageId: 'of-another' })]);
    expect(await missedOutcomes([open('r-1')], ledger)).toEqual({ answers: [], codes: [] });
  });

  test('may be that of a QR code, with or without the outcome of its link', async () => {
    const ledger = givenLedger([answered('r-2'), answered('r-3')], ['of-r-1', 'of-r-2']);
    const all = [open('r-1', { answer: answered('r-1') }, true), open('r-2', {}, true), open('r-3', {}, true)];
    const { answers, codes } = await missedOutcomes(all, ledger);
    expect(answers.map(({ requestId }) => requestId)).toEqual(['r-2', 'r-3']);
    expect(codes).toEqual(['m-r-1', 'm-r-2']);
  });

  test('is not looked up for a message without a valid request', async () => {
    const ledger = givenLedger([]);
    const strange = [
      { message: { asksForQr: false }, messageId: 'm-1' },
      { message: { source: 'crm', requestId: 'x'.repeat(3_000), asksForQr: false }, messageId: 'm-2' },
      { message: { source: 'crm', requestId: '', asksForQr: false }, messageId: 'm-3' },
    ];
    expect(await missedOutcomes(strange, ledger)).toEqual({ answers: [], codes: [] });
    expect(ledger.reads).toEqual([]);
  });
});

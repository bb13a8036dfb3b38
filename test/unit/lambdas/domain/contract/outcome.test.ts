import { describe, expect, it } from 'vitest';
import { type Decision, outcomeOf, outcomeSchema } from '../../../../../lambdas/domain/contract/outcome.ts';

const link = { onelinkId: 'A1b3', shortlinkId: 'spring', shortUrl: 'https://acme.onelink.me/A1b3/spring', version: 1 };
const decision: Decision = { outcome: 'created', link };
const asked = { source: 'crm', requestId: 'order-1', action: 'create', metadata: { campaign: '7' } } as const;
const delivery = { lane: 'campaign', messageId: 'm-1', nowMilliseconds: Date.UTC(2026, 2, 10, 12, 0, 0, 5) };

describe('an outcome', () => {
  it('contains the decision, the request and the message ID', () => {
    expect(outcomeOf(decision, asked, delivery)).toEqual({
      specVersion: '1.0',
      outcomeId: 'ab6a6433dda40f6b7d5d6e34d47696a4',
      outcome: 'created',
      action: 'create',
      source: 'crm',
      requestId: 'order-1',
      lane: 'campaign',
      messageId: 'm-1',
      repeat: false,
      decidedAt: '2026-03-10T12:00:00.005Z',
      link,
      metadata: { campaign: '7' },
    });
  });

  it('contains only the fields of its contract', () => {
    // Given: a whole command with its confidential fields, as the use cases pass it.
    const command = { ...asked, data: { pid: 'sms', af_sub1: 'jane@example.com' }, onelinkId: 'A1b3', ttl: '14d' };
    // When
    const outcome = outcomeOf(
      {
        outcome: 'rejected',
        reason: 'refused-by-api',
        faults: [{ path: 'data.af_r', rule: 'format', message: 'no URL' }],
      },
      command,
      delivery,
    );
    // Then
    expect(outcomeSchema.strict().safeParse(outcome).success).toBe(true);
    expect(JSON.stringify(outcome)).not.toContain('jane');
  });

  it('has no metadata if the command has none', () => {
    expect(outcomeOf(decision, { ...asked, metadata: undefined }, delivery)).not.toHaveProperty('metadata');
  });
});

describe('the ID of an outcome', () => {
  const idOf = (change: {
    decision?: Decision;
    asked?: Partial<Parameters<typeof outcomeOf>[1]>;
    messageId?: string;
  }) =>
    outcomeOf(
      change.decision ?? decision,
      { ...asked, ...change.asked },
      { ...delivery, messageId: change.messageId ?? delivery.messageId },
    ).outcomeId;

  it('does not depend on time, message or lane', () => {
    const later = { lane: 'other', messageId: 'm-2', nowMilliseconds: delivery.nowMilliseconds + 86_400_000 };
    expect(outcomeOf(decision, asked, later).outcomeId).toBe(idOf({}));
  });

  it('differs by request, source, outcome and version of the link', () => {
    const ids = [
      idOf({}),
      idOf({ asked: { requestId: 'order-2' } }),
      idOf({ asked: { source: 'shop' } }),
      idOf({ decision: { outcome: 'conflict', link } }),
      idOf({ decision: { outcome: 'created', link: { ...link, version: 2 } } }),
    ];
    expect(new Set(ids).size).toBe(5);
  });

  it('differs by the cause of a failed QR code, and by the end time of a link', () => {
    const failed = (reason: string, rule: string): Decision => ({
      outcome: 'qr-failed',
      reason,
      faults: [{ path: '', rule, message: 'in words' }],
      link,
    });
    const ended = (expiresAt: string): Decision => ({ outcome: 'expired', link: { ...link, expiresAt } });
    const decisions = [
      failed('link-not-found', 'api-404-invalid-parameter'),
      failed('api-unavailable', 'api-500'),
      failed('api-unavailable', 'api-unanswered'),
      ended('2026-03-01T10:00:00Z'),
      ended('2026-03-02T10:00:00Z'),
    ];
    const ids = decisions.map((one) => idOf({ decision: one }));
    expect(new Set(ids).size).toBe(5);
    expect(decisions.map((one) => idOf({ decision: one, messageId: 'm-2' }))).toEqual(ids);
  });

  it('differs by the reason of a parked command', () => {
    const parked = (reason: string) => idOf({ decision: { outcome: 'parked', reason, link } });
    expect(parked('quota-exceeded')).not.toBe(parked('behind-parked-commands'));
    expect(parked('quota-exceeded')).toBe(parked('quota-exceeded'));
  });

  it('depends on the message if the request is unreadable', () => {
    const unreadable = { source: null, requestId: null, action: null };
    const first = idOf({ asked: unreadable, messageId: 'm-1' });
    expect(idOf({ asked: unreadable, messageId: 'm-1' })).toBe(first);
    expect(idOf({ asked: unreadable, messageId: 'm-2' })).not.toBe(first);
  });
});

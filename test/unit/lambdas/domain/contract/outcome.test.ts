import { describe, expect, it } from 'vitest';
import { type Decision, outcomeOf, outcomeSchema } from '../../../../../lambdas/domain/contract/outcome.ts';

const link = { onelinkId: 'A1b3', shortlinkId: 'spring', shortUrl: 'https://acme.onelink.me/A1b3/spring', version: 1 };
const decision: Decision = { outcome: 'created', link };
const asked = { source: 'crm', requestId: 'order-1', action: 'create', metadata: { campaign: '7' } } as const;
const delivery = { lane: 'campaign', messageId: 'm-1', nowMilliseconds: Date.UTC(2026, 2, 10, 12, 0, 0, 5) };

describe('an outcome', () => {
  it('says what became of what, who asked, and through which message', () => {
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

  it('carries no more than its contract names', () => {
    // Prepare: a command is handed over whole, as the use cases do, with everything that is confidential in it.
    const command = { ...asked, data: { pid: 'sms', af_sub1: 'jane@example.com' }, onelinkId: 'A1b3', ttl: '14d' };
    // Act
    const outcome = outcomeOf(
      {
        outcome: 'rejected',
        reason: 'refused-by-api',
        faults: [{ path: 'data.af_r', rule: 'format', message: 'no URL' }],
      },
      command,
      delivery,
    );
    // Assess
    expect(outcomeSchema.strict().safeParse(outcome).success).toBe(true);
    expect(JSON.stringify(outcome)).not.toContain('jane');
  });

  it('leaves out metadata that nobody gave', () => {
    expect(outcomeOf(decision, { ...asked, metadata: undefined }, delivery)).not.toHaveProperty('metadata');
  });
});

describe('its ID', () => {
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

  it('is the same whenever, through whichever message and in whichever lane the outcome is told', () => {
    const later = { lane: 'other', messageId: 'm-2', nowMilliseconds: delivery.nowMilliseconds + 86_400_000 };
    expect(outcomeOf(decision, asked, later).outcomeId).toBe(idOf({}));
  });

  it('is another for another request, source, outcome or version of the link', () => {
    const ids = [
      idOf({}),
      idOf({ asked: { requestId: 'order-2' } }),
      idOf({ asked: { source: 'shop' } }),
      idOf({ decision: { outcome: 'conflict', link } }),
      idOf({ decision: { outcome: 'created', link: { ...link, version: 2 } } }),
    ];
    expect(new Set(ids).size).toBe(5);
  });

  it('is another for a code that failed for another cause, and for a link that ended at another time', () => {
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

  it('is another for a command that is parked for another reason', () => {
    const parked = (reason: string) => idOf({ decision: { outcome: 'parked', reason, link } });
    expect(parked('quota-exceeded')).not.toBe(parked('behind-parked-commands'));
    expect(parked('quota-exceeded')).toBe(parked('quota-exceeded'));
  });

  it('stands on the message when the request cannot be read', () => {
    const unreadable = { source: null, requestId: null, action: null };
    const first = idOf({ asked: unreadable, messageId: 'm-1' });
    expect(idOf({ asked: unreadable, messageId: 'm-1' })).toBe(first);
    expect(idOf({ asked: unreadable, messageId: 'm-2' })).not.toBe(first);
  });
});

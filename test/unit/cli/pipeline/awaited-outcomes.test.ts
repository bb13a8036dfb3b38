import { test as base, describe, expect } from 'vitest';
import { AwaitedOutcomes } from '../../../../cli/pipeline/awaited-outcomes.ts';
import { givenOutcome } from '../../../world/given-outcome.ts';

const test = base.extend('awaited', () => new AwaitedOutcomes());

const plain = { asksForQr: false };
const withQr = { asksForQr: true };

describe('a message is settled', () => {
  test('when its command has its outcome', ({ awaited }) => {
    awaited.sent(plain, 'm-1');
    expect(awaited.unsettled).toBe(1);
    expect(awaited.received(givenOutcome()).kind).toBe('news');
    expect(awaited.unsettled).toBe(0);
  });

  test('when its QR code has its outcome as well, in either order', ({ awaited }) => {
    awaited.sent(withQr, 'm-1');
    awaited.sent(withQr, 'm-2');
    awaited.received(givenOutcome({ messageId: 'm-1' }));
    awaited.received(givenOutcome({ messageId: 'm-2', outcome: 'qr-ready' }));
    expect(awaited.unsettled).toBe(2);
    awaited.received(givenOutcome({ messageId: 'm-1', outcome: 'qr-failed' }));
    awaited.received(givenOutcome({ messageId: 'm-2' }));
    expect(awaited.unsettled).toBe(0);
  });

  test.each([
    ['a repeated create', givenOutcome({ repeat: true })],
    ['a rejected create', givenOutcome({ outcome: 'rejected' })],
    ['a conflict', givenOutcome({ outcome: 'conflict' })],
  ])('without a code, when it is %s', (_, outcome) => {
    const awaited = new AwaitedOutcomes();
    awaited.sent(withQr, 'm-1');
    awaited.received(outcome);
    expect(awaited.unsettled).toBe(0);
  });

  test('by the outcome of a qr command alone', ({ awaited }) => {
    awaited.sent(plain, 'm-1');
    awaited.received(givenOutcome({ action: 'qr', outcome: 'qr-ready' }));
    expect(awaited.unsettled).toBe(0);
  });
});

test('an outcome may come before the response of SendMessage', ({ awaited }) => {
  expect(awaited.received(givenOutcome()).kind).toBe('unknown');
  expect(awaited.sent(plain, 'm-1').map(({ kind }) => kind)).toEqual(['news']);
  expect(awaited.unsettled).toBe(0);
  expect(awaited.strays()).toEqual([]);
});

test('the same outcome a second time is not news', ({ awaited }) => {
  awaited.sent(plain, 'm-1');
  awaited.received(givenOutcome());
  expect(awaited.received(givenOutcome()).kind).toBe('received-before');
});

test('another outcome for the same message is a contradiction', ({ awaited }) => {
  awaited.sent(plain, 'm-1');
  awaited.received(givenOutcome());
  expect(awaited.received(givenOutcome({ outcome: 'rejected' })).kind).toBe('contradiction');
});

test('an outcome of another program’s message is kept apart', ({ awaited }) => {
  awaited.sent(plain, 'm-1');
  awaited.received(givenOutcome({ messageId: 'm-9' }));
  expect(awaited.unsettled).toBe(1);
  expect(awaited.strays().map(({ messageId }) => messageId)).toEqual(['m-9']);
});

describe('a parked message', () => {
  const parked = givenOutcome({ outcome: 'parked', reason: 'quota-exceeded' });

  test('is not settled, and is counted apart from the other open messages', ({ awaited }) => {
    awaited.sent(plain, 'm-1');
    expect(awaited.received(parked).kind).toBe('news');
    expect(awaited.received(parked).kind).toBe('received-before');
    expect([awaited.unsettled, awaited.parked]).toEqual([1, 1]);
  });

  test('is settled when its final outcome comes, in either order', ({ awaited }) => {
    awaited.sent(plain, 'm-1');
    awaited.sent(withQr, 'm-2');
    awaited.received(parked);
    expect(awaited.received(givenOutcome()).kind).toBe('news');
    awaited.received(givenOutcome({ messageId: 'm-2' }));
    expect(awaited.received({ ...parked, messageId: 'm-2' }).kind).toBe('received-before');
    expect([awaited.unsettled, awaited.parked]).toEqual([1, 0]);
  });
});

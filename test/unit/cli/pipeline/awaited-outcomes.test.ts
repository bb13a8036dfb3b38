import { test as base, describe, expect } from 'vitest';
import { AwaitedOutcomes } from '../../../../cli/pipeline/awaited-outcomes.ts';
import { givenOutcome } from '../../../world/given-outcome.ts';

const test = base.extend('awaited', () => new AwaitedOutcomes());

const plain = { asksForQr: false };
const withQr = { asksForQr: true };

describe('a message is settled', () => {
  test('when its command is answered', ({ awaited }) => {
    awaited.sent(plain, 'm-1');
    expect(awaited.unsettled).toBe(1);
    expect(awaited.heard(givenOutcome()).kind).toBe('news');
    expect(awaited.unsettled).toBe(0);
  });

  test('when the code that was asked for is there as well, whichever comes first', ({ awaited }) => {
    awaited.sent(withQr, 'm-1');
    awaited.sent(withQr, 'm-2');
    awaited.heard(givenOutcome({ messageId: 'm-1' }));
    awaited.heard(givenOutcome({ messageId: 'm-2', outcome: 'qr-ready' }));
    expect(awaited.unsettled).toBe(2);
    awaited.heard(givenOutcome({ messageId: 'm-1', outcome: 'qr-failed' }));
    awaited.heard(givenOutcome({ messageId: 'm-2' }));
    expect(awaited.unsettled).toBe(0);
  });

  test.each([
    ['a repeated create', givenOutcome({ repeat: true })],
    ['a rejected create', givenOutcome({ outcome: 'rejected' })],
    ['a conflict', givenOutcome({ outcome: 'conflict' })],
  ])('without a code, when it is %s', (_, outcome) => {
    const awaited = new AwaitedOutcomes();
    awaited.sent(withQr, 'm-1');
    awaited.heard(outcome);
    expect(awaited.unsettled).toBe(0);
  });

  test('by the code alone, when that is what the command asked for', ({ awaited }) => {
    awaited.sent(plain, 'm-1');
    awaited.heard(givenOutcome({ action: 'qr', outcome: 'qr-ready' }));
    expect(awaited.unsettled).toBe(0);
  });
});

test('an outcome may be quicker than the answer of SendMessage', ({ awaited }) => {
  expect(awaited.heard(givenOutcome()).kind).toBe('unknown');
  expect(awaited.sent(plain, 'm-1').map(({ kind }) => kind)).toEqual(['news']);
  expect(awaited.unsettled).toBe(0);
  expect(awaited.strays()).toEqual([]);
});

test('the same outcome again is no news', ({ awaited }) => {
  awaited.sent(plain, 'm-1');
  awaited.heard(givenOutcome());
  expect(awaited.heard(givenOutcome()).kind).toBe('heard-before');
});

test('another outcome for the same message is a contradiction', ({ awaited }) => {
  awaited.sent(plain, 'm-1');
  awaited.heard(givenOutcome());
  expect(awaited.heard(givenOutcome({ outcome: 'rejected' })).kind).toBe('contradiction');
});

test('an outcome of somebody else’s message stays apart', ({ awaited }) => {
  awaited.sent(plain, 'm-1');
  awaited.heard(givenOutcome({ messageId: 'm-9' }));
  expect(awaited.unsettled).toBe(1);
  expect(awaited.strays().map(({ messageId }) => messageId)).toEqual(['m-9']);
});

describe('a parked message', () => {
  const parked = givenOutcome({ outcome: 'parked', reason: 'quota-exceeded' });

  test('is not settled, and is told apart from those worth waiting for', ({ awaited }) => {
    awaited.sent(plain, 'm-1');
    expect(awaited.heard(parked).kind).toBe('news');
    expect(awaited.heard(parked).kind).toBe('heard-before');
    expect([awaited.unsettled, awaited.parked]).toEqual([1, 1]);
  });

  test('is settled by its answer, whichever of the two comes first', ({ awaited }) => {
    awaited.sent(plain, 'm-1');
    awaited.sent(withQr, 'm-2');
    awaited.heard(parked);
    expect(awaited.heard(givenOutcome()).kind).toBe('news');
    awaited.heard(givenOutcome({ messageId: 'm-2' }));
    expect(awaited.heard({ ...parked, messageId: 'm-2' }).kind).toBe('heard-before');
    expect([awaited.unsettled, awaited.parked]).toEqual([1, 0]);
  });
});

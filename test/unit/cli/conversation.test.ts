import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Conversation } from '../../../bin/commands/conversation.ts';
import { givenLink, givenOutcome } from './given-outcome.ts';

const message = (line: number, asksForQr = false) => ({ line, body: '{}', lane: 'campaign', asksForQr });

describe('a conversation', () => {
  let printed: string[];
  beforeEach(() => {
    vi.useFakeTimers();
    printed = [];
    vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
    vi.spyOn(console, 'error').mockImplementation((line: string) => void printed.push(line));
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  test('is over when everything is answered, and ends well when nothing was refused', () => {
    const conversation = new Conversation(false);
    conversation.sent(message(1), 'm-1');
    conversation.allSent(60);
    expect(conversation.over.aborted).toBe(false);
    conversation.heard(givenOutcome({ link: givenLink('abc') }));
    expect(conversation.over.aborted).toBe(true);
    expect(conversation.close(1, 0, true)).toBe(0);
    expect(printed.at(-1)).toBe('1 sent: 1 created');
  });

  test('ends with 1 when a command was refused', () => {
    const conversation = new Conversation(false);
    conversation.sent(message(1), 'm-1');
    conversation.heard(givenOutcome({ outcome: 'conflict', reason: 'shortlink-id-taken' }));
    expect(conversation.close(1, 0, true)).toBe(1);
  });

  test('is over when there was no news for too long, and then ends with 3', () => {
    const conversation = new Conversation(false);
    conversation.sent(message(1, true), 'm-1');
    conversation.sent(message(2), 'm-2');
    conversation.allSent(60);
    vi.advanceTimersByTime(59_000);
    conversation.heard(givenOutcome());
    vi.advanceTimersByTime(59_000);
    expect(conversation.over.aborted).toBe(false);
    vi.advanceTimersByTime(1_000);
    expect(conversation.over.aborted).toBe(true);
    expect(conversation.close(2, 0, true)).toBe(3);
    expect(printed.slice(-3)).toEqual([
      'line 1: its QR code is not there yet',
      'line 2: no outcome yet',
      '2 sent: 2 still open, 1 created',
    ]);
  });

  test('does not wait for what is parked, says how many, and ends with 3', () => {
    const conversation = new Conversation(false);
    conversation.sent(message(1), 'm-1');
    conversation.sent(message(2), 'm-2');
    conversation.allSent(60);
    conversation.heard(givenOutcome({ outcome: 'parked', reason: 'quota-exceeded' }));
    expect(conversation.over.aborted).toBe(false);
    conversation.heard(givenOutcome({ messageId: 'm-2' }));
    expect(conversation.over.aborted).toBe(true);
    expect(conversation.close(2, 0, true)).toBe(3);
    expect(printed.slice(-2)).toEqual([
      '2 sent: 1 created, 1 parked',
      '1 parked: they wait for quota, and are carried out by themselves when there is some.',
    ]);
  });

  test('counts what was parked and carried out after all as carried out', () => {
    const conversation = new Conversation(false);
    conversation.sent(message(1), 'm-1');
    conversation.heard(givenOutcome({ outcome: 'parked', reason: 'quota-exceeded' }));
    conversation.heard(givenOutcome());
    expect(conversation.close(1, 0, true)).toBe(0);
    expect(printed.at(-1)).toBe('1 sent: 1 created');
  });

  test('ends with 3 when something could not be sent', () => {
    expect(new Conversation(false).close(3, 1, false)).toBe(3);
    expect(printed).toEqual(['2 sent']);
  });

  test('prints outcomes as they are when asked for JSON, each once', () => {
    const conversation = new Conversation(true);
    conversation.sent(message(1), 'm-1');
    conversation.heard(givenOutcome());
    conversation.heard(givenOutcome());
    expect(printed.map((line) => JSON.parse(line))).toEqual([givenOutcome()]);
  });
});

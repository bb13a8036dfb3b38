import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Conversation } from '../../../../../cli/commands/send/conversation.ts';
import { givenLink, givenOutcome } from '../../../../world/given-outcome.ts';

const message = (line: number, asksForQr = false) => ({ line, body: '{}', lane: 'campaign', asksForQr });

describe('a conversation', () => {
  let printed: string[];
  let conversation: Conversation;
  beforeEach(() => {
    vi.useFakeTimers();
    printed = [];
    conversation = new Conversation(false);
    vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
    vi.spyOn(console, 'error').mockImplementation((line: string) => void printed.push(line));
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  test('ends with 0 when every command has a good outcome', () => {
    conversation.sent(message(1), 'm-1');
    conversation.allSent(60);
    expect(conversation.over.aborted).toBe(false);
    conversation.received(givenOutcome({ link: givenLink('abc') }));
    expect(conversation.over.aborted).toBe(true);
    expect(conversation.close(true)).toBe(0);
    expect(printed.at(-1)).toBe('1 sent: 1 created');
  });

  test('ends with 1 if a command was refused', () => {
    conversation.sent(message(1), 'm-1');
    conversation.received(givenOutcome({ outcome: 'conflict', reason: 'shortlink-id-taken' }));
    expect(conversation.close(true)).toBe(1);
  });

  test('ends with 3 after the time-out without news', () => {
    conversation.sent(message(1, true), 'm-1');
    conversation.sent({ ...message(2), source: 'crm', requestId: 'r-2' }, 'm-2');
    conversation.allSent(60);
    vi.advanceTimersByTime(59_000);
    conversation.received(givenOutcome());
    vi.advanceTimersByTime(59_000);
    expect(conversation.over.aborted).toBe(false);
    vi.advanceTimersByTime(1_000);
    expect(conversation.over.aborted).toBe(true);
    expect(conversation.close(true)).toBe(3);
    expect(printed.slice(-6)).toEqual([
      'line 1: its QR code is not stored yet',
      'line 2: no outcome yet',
      '2 sent: 2 still open, 1 created',
      'To trace a command, run: onelink trace --source <name> --request-id <id>',
      'A rejected command leaves no record to look up. To check for invalid commands, run: onelink plan <file>',
      'If the worker rejected you as a sender, the outcome does not name your source. To check, run: onelink senders list',
    ]);
  });

  test('names a get without an answer, of which the ledger has no record', () => {
    conversation.sent({ ...message(1), source: 'crm', requestId: 'g-1', action: 'get' }, 'm-1');
    expect(conversation.close(true)).toBe(3);
    expect(printed[0]).toBe('line 1: no outcome yet: a get leaves no record, so send it again');
  });

  test('prints the data of a found link', () => {
    conversation.sent({ ...message(1), source: 'crm', requestId: 'g-1', action: 'get' }, 'm-1');
    conversation.received(givenOutcome({ outcome: 'found', action: 'get', data: { pid: 'sms', 'a\u0007': 'b\n' } }));
    expect(printed.slice(1)).toEqual(['    pid: sms', expect.not.stringContaining('\u0007')]);
    expect(conversation.close(true)).toBe(0);
  });

  test.each([
    ['without a requestId', { source: 'crm' }],
    ['whose requestId holds a blank', { source: 'crm', requestId: 'r 1' }],
    ['without a source', { requestId: 'r-1' }],
  ])('reports that a command %s ends as rejected, even without its outcome', (_, change) => {
    conversation.sent({ ...message(1), ...change }, 'm-1');
    expect(conversation.close(true)).toBe(3);
    expect(printed).toContain(
      'line 1: no outcome yet: without a valid source and requestId it ends as rejected, and has no record to look up',
    );
  });

  test('does not wait for parked commands, counts them, and ends with 3', () => {
    conversation.sent(message(1), 'm-1');
    conversation.sent(message(2), 'm-2');
    conversation.allSent(60);
    conversation.received(givenOutcome({ outcome: 'parked', reason: 'quota-exceeded' }));
    expect(conversation.over.aborted).toBe(false);
    conversation.received(givenOutcome({ messageId: 'm-2' }));
    expect(conversation.over.aborted).toBe(true);
    expect(conversation.close(true)).toBe(3);
    expect(printed.slice(-2)).toEqual([
      '2 sent: 1 created, 1 parked',
      '1 parked: the replayer sends them back to their lane when there is quota.',
    ]);
  });

  test('names commands that are held, because the operator is no sender of their source', () => {
    conversation.sent(message(1), 'm-1');
    conversation.received(givenOutcome({ outcome: 'parked', reason: 'sender-unknown' }));
    expect(conversation.close(true)).toBe(3);
    expect(printed.slice(-2)).toEqual([
      '1 sent: 1 parked',
      '1 held: the source is bound, and you are not one of its senders. Run: onelink senders list',
    ]);
  });

  test('counts a command that was parked and then carried out as carried out', () => {
    conversation.sent(message(1), 'm-1');
    conversation.received(givenOutcome({ outcome: 'parked', reason: 'quota-exceeded' }));
    conversation.received(givenOutcome());
    expect(conversation.close(true)).toBe(0);
    expect(printed.at(-1)).toBe('1 sent: 1 created');
  });

  test('counts the messages sent without --wait', () => {
    conversation.sent(message(1), 'm-1');
    conversation.sent(message(2), 'm-2');
    expect(conversation.close(false)).toBe(0);
    expect(printed).toEqual(['2 sent']);
  });

  test('takes missed outcomes from the ledger, and counts none twice', () => {
    conversation.sent(message(1, true), 'm-1');
    conversation.sent(message(2), 'm-2');
    conversation.allSent(60);
    const [first, second] = [givenOutcome(), givenOutcome({ requestId: 'r-2', messageId: 'm-2' })];
    conversation.found({ answers: [first], codes: ['m-1'] });
    expect(conversation.open().map(({ message: { line } }) => line)).toEqual([2]);
    conversation.received(first);
    expect(conversation.over.aborted).toBe(false);
    conversation.received(second);
    expect(conversation.over.aborted).toBe(true);
    expect(conversation.close(true)).toBe(0);
    expect(printed.at(-1)).toBe('2 sent: 2 created');
  });

  test('measures the time without news', () => {
    conversation.sent(message(1, true), 'm-1');
    conversation.allSent(60);
    vi.advanceTimersByTime(20_000);
    expect(conversation.quietSeconds).toBe(20);
    conversation.received(givenOutcome());
    expect(conversation.quietSeconds).toBe(0);
    conversation.close(true);
  });

  test('prints each outcome once, unchanged, with --json', () => {
    conversation = new Conversation(true);
    conversation.sent(message(1), 'm-1');
    conversation.received(givenOutcome());
    conversation.received(givenOutcome());
    expect(printed.map((line) => JSON.parse(line))).toEqual([givenOutcome()]);
  });
});

import { describe, expect, it } from 'vitest';
import { askedInLine } from '../../../../../lambdas/domain/contract/parked-command.ts';

const command = { source: 'crm', requestId: 'r-1', action: 'create', metadata: { note: 'a' } };
const lineWith = (body: string) => JSON.stringify({ v: 99, messageId: 'm-1', source: 'crm', requestId: 'r-1', body });

describe('the identity in a line that cannot be replayed', () => {
  it.each([
    ['by itself', JSON.stringify(command)],
    ['in an EventBridge event', JSON.stringify({ 'detail-type': 'x', source: 'shop', detail: command })],
    ['in a CloudEvent', JSON.stringify({ specversion: '1.0', source: '/shop', data: command })],
    ['in a notification', JSON.stringify({ Type: 'Notification', Message: JSON.stringify(command) })],
  ])('is read from its command, %s', (_, body) => {
    expect(askedInLine(lineWith(body))).toEqual({ ...command, messageId: 'm-1' });
  });

  it('is read from the line itself if the command is unreadable', () => {
    expect(askedInLine(lineWith('{"source":'))).toEqual({
      source: 'crm',
      requestId: 'r-1',
      action: null,
      messageId: 'm-1',
    });
  });

  it('is undefined if the command has it twice, or the line does not have it', () => {
    expect(askedInLine(lineWith('{"source":"crm","requestId":"a","requestId":"b"}'))).toBeUndefined();
    expect(askedInLine('{"messageId":"m-1"}')).toBeUndefined();
    expect(askedInLine('nope')).toBeUndefined();
  });
});

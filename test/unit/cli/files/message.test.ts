import { describe, expect, test } from 'vitest';
import { sketchOf } from '../../../../cli/files/message.ts';
import { defaultLaneOf } from '../../../../cli/terminal/lane-choice.ts';

describe('sketchOf', () => {
  const command = { source: 'crm', requestId: 'r-1', action: 'create', data: { c: 'spring' }, qr: {} };
  const expected = { source: 'crm', requestId: 'r-1', action: 'create', campaign: 'spring', asksForQr: true };

  test.each([
    ['bare', command],
    ['in an EventBridge event', { 'detail-type': 'Link requested', source: 'acme', detail: command }],
    ['in a CloudEvent', { specversion: '1.0', source: '/acme', data: command }],
    ['in an SNS notification', { Type: 'Notification', Message: JSON.stringify(command) }],
  ])('finds the command %s', (_, body) => {
    expect(sketchOf(JSON.stringify(body))).toEqual(expected);
  });

  test.each(['not JSON', '[]', '42', '{"Type":"Notification","Message":"not JSON"}'])(
    'finds no command in %s',
    (body) => {
      expect(sketchOf(body)).toEqual({ asksForQr: false });
    },
  );

  test('leaves out fields that are not text', () => {
    expect(sketchOf('{"source":7,"action":"qr","qr":{},"data":{"c":false}}')).toEqual({
      action: 'qr',
      asksForQr: false,
    });
  });
});

describe('defaultLaneOf', () => {
  const producers = [
    { source: 'crm', lanes: ['campaign', 'transactional'] },
    { source: 'product', lanes: ['transactional'] },
  ];

  test('is the first lane of the source', () => {
    expect(defaultLaneOf('crm', producers)).toBe('campaign');
    expect(defaultLaneOf('product', producers)).toBe('transactional');
  });

  test('is undefined for an unknown producer', () => {
    expect(defaultLaneOf('loyalty', producers)).toBeUndefined();
    expect(defaultLaneOf(undefined, producers)).toBeUndefined();
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openEnvelope } from '../../../lambdas/domain/envelope.ts';

const command = { specVersion: '1.0', source: 'crm', requestId: 'order-1', action: 'delete' };
const text = JSON.stringify(command);

const envelopes: Record<string, (json: unknown) => unknown> = {
  'by itself': (json) => json,
  'an EventBridge event': (json) => ({ version: '0', 'detail-type': 'link', source: 'shop', detail: json }),
  'a CloudEvent': (json) => ({ specversion: '1.0', id: '1', source: '/shop', type: 'link', data: json }),
  'a CloudEvent with its data as text': (json) => ({ specversion: '1.0', id: '1', data: JSON.stringify(json) }),
  'a CloudEvent with its data as base64': (json) => ({
    specversion: '1.0',
    data_base64: Buffer.from(JSON.stringify(json)).toString('base64'),
  }),
};
const sns = (json: unknown) => ({ Type: 'Notification', MessageId: '1', Message: JSON.stringify(json) });

describe('a command in an envelope', () => {
  it.each(Object.keys(envelopes))('is found in %s, and in an SNS notification of it', (kind) => {
    const enveloped = envelopes[kind]?.(command);
    expect(openEnvelope(JSON.stringify(enveloped))).toEqual({ command });
    expect(openEnvelope(JSON.stringify(sns(enveloped)))).toEqual({ command });
  });

  it('comes out of every envelope as it went in', () => {
    const wrapping = fc.constantFrom(...Object.values(envelopes));
    const values = fc.dictionary(
      fc.string().filter((name) => !['__proto__', 'detail-type', 'specversion', 'Type'].includes(name)),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(values, wrapping, fc.boolean(), (json, wrap, notified) => {
        const plain = JSON.parse(JSON.stringify(json)) as unknown;
        const enveloped = wrap(plain);
        const body = JSON.stringify(notified ? sns(enveloped) : enveloped);
        expect(openEnvelope(body)).toEqual({ command: plain });
      }),
    );
  });

  it('is no command when the envelope is empty or its content is no JSON', () => {
    expect(openEnvelope(JSON.stringify({ specversion: '1.0', id: '1' }))).toEqual({ command: undefined });
    expect(openEnvelope(JSON.stringify({ specversion: '1.0', data: '{broken' }))).toEqual({ command: undefined });
    expect(openEnvelope(JSON.stringify({ 'detail-type': 'x', detail: null }))).toEqual({ command: null });
  });

  it('is opened no further than its form goes', () => {
    expect(openEnvelope(text)).toEqual({ command });
    const noEvent = { 'detail-type': 'link', other: 1 };
    expect(openEnvelope(JSON.stringify(noEvent))).toEqual({ command: noEvent });
    const noEventEither = { detail: 'a field of its own', action: 'create' };
    expect(openEnvelope(JSON.stringify(noEventEither))).toEqual({ command: noEventEither });
    const noNotification = { Type: 'SubscriptionConfirmation', Message: text };
    expect(openEnvelope(JSON.stringify(noNotification))).toEqual({ command: noNotification });
    const twice = sns(sns(command));
    expect(openEnvelope(JSON.stringify(twice))).toEqual({ command: sns(command) });
  });
});

describe('a body that is not JSON', () => {
  it.each(['', 'hello', '{', `${text}}`, JSON.stringify({ Type: 'Notification', Message: 'hello' })])(
    'is recognised: %j',
    (body) => {
      expect(openEnvelope(body)).toBeUndefined();
    },
  );

  it('never throws, whatever it is', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (body) => void openEnvelope(body)));
  });
});

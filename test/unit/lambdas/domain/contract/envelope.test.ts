import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openEnvelope } from '../../../../../lambdas/domain/contract/envelope.ts';

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
    expect(openEnvelope(JSON.stringify(enveloped))).toEqual({ command, faults: [] });
    expect(openEnvelope(JSON.stringify(sns(enveloped)))).toEqual({ command, faults: [] });
  });

  it('is unchanged in every envelope', () => {
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
        expect(openEnvelope(body)).toEqual({ command: plain, faults: [] });
      }),
    );
  });

  it.each<[object | string, string]>([
    [{ specversion: '1.0', id: '1' }, 'data required: the CloudEvent has no data: put the command there'],
    [{ specversion: '1.0', data: null }, 'data required: the CloudEvent has no data: put the command there'],
    [
      { specversion: '1.0', data: '{broken' },
      'data json: the CloudEvent’s data is not JSON (character 2): a name without quotes',
    ],
    [{ specversion: '1.0', data: [command] }, 'data type: the CloudEvent’s data must be one command: a JSON object'],
    [
      { specversion: '1.0', data: '"x"' },
      ' type: the CloudEvent’s data must be one command: a JSON object, not in quotes',
    ],
    [text, ' type: the message must be one command: a JSON object, not in quotes'],
    [
      { specversion: '1.0', data: command, data_base64: 'e30=' },
      'data_base64 duplicate: the CloudEvent has data as well, and one of the two would be lost',
    ],
    [{ specversion: '1.0', data_base64: 'e30*=' }, 'data_base64 encoding: must be base64 of UTF-8 text'],
    [{ specversion: '1.0', data_base64: { a: 1 } }, 'data_base64 encoding: must be base64 of UTF-8 text'],
    [
      { specversion: '1.0', data_base64: Buffer.from('{"a":"\xe4"}', 'latin1').toString('base64') },
      'data_base64 encoding: must be base64 of UTF-8 text',
    ],
    [{ 'detail-type': 'x' }, 'detail required: the EventBridge event has no detail: put the command there'],
    [
      { Type: 'Notification', MessageId: '1' },
      'Message required: the notification has no Message as text: put the command there, as JSON',
    ],
    [
      { Type: 'Notification', Message: { action: 'create' } },
      'Message required: the notification has no Message as text: put the command there, as JSON',
    ],
    [
      { Type: 'SubscriptionConfirmation', Message: 'You have chosen …', Token: 't' },
      'Type value: is a confirmation of SNS, which contains no command',
    ],
    [
      { 'detail-type': 'x', detail: null },
      'detail type: the EventBridge event’s detail must be one command: a JSON object',
    ],
    [
      { 'detail-type': 'x', detail: text },
      'detail type: the EventBridge event’s detail must be one command: a JSON object, not in quotes',
    ],
    [sns([command]), ' type: the notification’s Message must be one command: a JSON object'],
    [[command], ' type: the message must be one command: a JSON object'],
  ])('is refused with a remedy if it is missing: %j', (message, fault) => {
    const { command: found, faults } = openEnvelope(JSON.stringify(message));
    expect(found).toBeUndefined();
    expect(faults.map(({ path, rule, message: words }) => `${path} ${rule}: ${words}`)).toEqual([fault]);
  });

  it('is opened only as deep as its format goes', () => {
    expect(openEnvelope(text)).toEqual({ command, faults: [] });
    const noEvent = { 'detail-type': 'link', requestId: 'r-1' };
    expect(openEnvelope(JSON.stringify(noEvent))).toEqual({ command: noEvent, faults: [] });
    const noEventEither = { detail: 'a field of its own', action: 'create' };
    expect(openEnvelope(JSON.stringify(noEventEither))).toEqual({ command: noEventEither, faults: [] });
    const noNotification = { Type: 'SubscriptionConfirmation', Message: text, requestId: 'r-1' };
    expect(openEnvelope(JSON.stringify(noNotification))).toEqual({ command: noNotification, faults: [] });
    const twice = sns(sns(command));
    expect(openEnvelope(JSON.stringify(twice))).toEqual({ command: sns(command), faults: [] });
  });
});

describe('a body that is not JSON', () => {
  it.each([
    ['', 'the message is not JSON (character 1): it ends too early'],
    ['hello', 'the message is not JSON (character 1): no command; a command is one JSON object: {…}'],
    ['{"pid":', 'the message is not JSON (character 8): it ends too early'],
    [`${text}}`, `the message is not JSON (character ${text.length + 1}): other text after the command; leave it out`],
    [`\uFEFF${text}`, 'the message starts with a byte order mark (U+FEFF): send the JSON without it'],
    [
      JSON.stringify({ Type: 'Notification', Message: 'hello' }),
      'the notification’s Message is not JSON (character 1): no command; a command is one JSON object: {…}',
    ],
  ])('gets the place of its first fault and none of its text: %j', (body, message) => {
    const { command: found, faults } = openEnvelope(body);
    expect(found).toBeUndefined();
    expect(faults).toEqual([{ path: expect.any(String), rule: 'json', message }]);
  });

  it('never throws, whatever the body', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (body) => void openEnvelope(body)));
  });
});

describe('a command whose text JavaScript would change', () => {
  const faultsIn = (body: string) => openEnvelope(body).faults.map(({ path, rule }) => `${path} ${rule}`);
  const raw =
    '{"data":{"pid":"sms","deep_link_sub1":1610521604143693812,"x":{"y":1.0},"c":"a","c":"b"},"ttl":14.0,"ttl":7}';
  const faults = ['data.deep_link_sub1 number', 'data.c duplicate', 'ttl number', 'ttl duplicate'];

  it.each([
    ['by itself', raw],
    ['in an EventBridge event', `{"detail-type":"x","version":1.0,"detail":${raw}}`],
    ['in a CloudEvent', `{"specversion":"1.0","x":{"a":1.0},"data":${raw}}`],
    ['in a CloudEvent, as text', `{"specversion":"1.0","data":${JSON.stringify(raw)}}`],
    ['in a CloudEvent, as base64', `{"specversion":"1.0","data_base64":"${Buffer.from(raw).toString('base64')}"}`],
    [
      'in a notification',
      JSON.stringify(sns(JSON.parse('"x"'))).replace(/"Message":.*/, `"Message":${JSON.stringify(raw)}}`),
    ],
  ])('gets a fault for each loss, with the path inside the command: %s', (_, body) => {
    expect(faultsIn(body)).toEqual(faults);
  });

  const event = `"detail-type":"x","detail":{}`;
  const cloudEvent = `"specversion":"1.0"`;
  const notification = (message: string, more = '') =>
    `{"Type":"Notification","Message":${JSON.stringify(message)}${more}}`;

  it.each([
    [`{${event},"detail":{}}`, ['envelope.detail']],
    [`{${cloudEvent},"data":{},"data":{}}`, ['envelope.data']],
    [`{${cloudEvent},"data":"{}","data":"{}"}`, ['envelope.data']],
    [notification('{}', ',"Message":"{}"'), ['envelope.Message']],
    [notification('{}', ',"MessageAttributes":{"a":{},"a":{}}'), ['envelope.MessageAttributes.a']],
    [
      notification('{}', ',"MessageAttributes":{"a":{"Type":"String","Type":"Number"}}'),
      ['envelope.MessageAttributes.a.Type'],
    ],
    [notification(`{${event},"source":"a","source":"b"}`), ['envelope.Message.source']],
    [`{${event},"source":"a","source":"b"}`, ['envelope.source']],
    [`{${cloudEvent},"x":{"a":1,"a":2},"data":{"a":1,"a":2}}`, ['envelope.x.a', 'a']],
    [`{${cloudEvent},"x":{"a":1,"a":2},"data":"{\\"a\\":1,\\"a\\":2}"}`, ['envelope.x.a', 'a']],
  ])('gets a fault with the envelope’s path for each duplicate name in its envelope: %s', (body, paths) => {
    expect(faultsIn(body)).toEqual(paths.map((path) => `${path} duplicate`));
  });
});

import { expect, test } from 'vitest';
import { checkLink, type LinkCheckPorts } from '../../../bin/commands/verify/link-check.ts';
import type { ApiAnswer, LinkAtApi } from '../../../lambdas/domain/api-answer.ts';
import type { LinkRecord } from '../../../lambdas/domain/ledger-record.ts';
import { given, givenRecord } from './given-ledger.ts';

const address = { onelinkId: 'A1b3', shortlinkId: 'secret-id' };
const fault = { path: '', rule: 'api-401', message: 'the API refuses the token' };
const at = (data: Record<string, string>): ApiAnswer<LinkAtApi> => ({
  meaning: 'ok',
  value: { data, expiresAt: givenRecord().expiresAt },
});

/** A ledger and an API that answer what they are given, one after the other, and the last for ever. */
function givenPorts(records: (LinkRecord | undefined)[], answers: ApiAnswer<LinkAtApi>[]) {
  const asked: string[] = [];
  const next = <Value>(values: Value[]) => (values.length > 1 ? values.shift() : values[0]) as Value;
  const ports: LinkCheckPorts = {
    ledger: {
      link: async () => {
        asked.push('ledger');
        return next(records);
      },
    },
    api: {
      read: async () => {
        asked.push('api');
        return next(answers);
      },
    },
    secret: given.secret,
    templates: given.templates,
    clock: {
      wallMilliseconds: () => given.nowSeconds * 1000,
      monotonicMilliseconds: () => 0,
      sleep: async (milliseconds) => void asked.push(`${milliseconds} ms`),
    },
  };
  return { ports, asked };
}

test('an equal link is looked at once', async () => {
  const { ports, asked } = givenPorts([givenRecord()], [at({ pid: 'sms' })]);
  expect(await checkLink(address, ports)).toEqual({ verdict: 'equal' });
  expect(asked).toEqual(['ledger', 'api']);
});

test('a difference is reported after a second look, with the record as it is then', async () => {
  const later = givenRecord({ pid: 'sms' }, { version: 2 });
  const { ports, asked } = givenPorts([givenRecord(), later], [at({ pid: 'x' })]);
  expect(await checkLink(address, ports)).toEqual({
    verdict: 'different',
    record: later,
    differences: [{ what: 'data', words: 'its data differs' }],
  });
  expect(asked).toEqual(['ledger', 'api', 'ledger', 'api']);
});

test('a change in flight explains a difference', async () => {
  const { ports } = givenPorts([givenRecord(), givenRecord({ pid: 'x' })], [at({ pid: 'x' })]);
  expect(await checkLink(address, ports)).toEqual({ verdict: 'equal' });
});

test.each([
  [0, 'being-changed', ['ledger']],
  [-1, 'different', ['ledger', 'api', 'ledger', 'api']],
])('a lease that ends %i s from now', async (ends, verdict, calls) => {
  const lease = { action: 'update' as const, requestId: 'r-2', requestedAt: '', until: given.nowSeconds + ends };
  const { ports, asked } = givenPorts([givenRecord({ pid: 'sms' }, { lease })], [at({ pid: 'x' })]);
  expect(await checkLink(address, ports)).toMatchObject({ verdict });
  expect(asked).toEqual(calls);
});

test('a record that is gone by now is no difference', async () => {
  const { ports } = givenPorts([undefined], []);
  expect(await checkLink(address, ports)).toEqual({ verdict: 'gone' });
});

test('an API that fails is asked three times', async () => {
  const transient: ApiAnswer<LinkAtApi> = { meaning: 'transient', fault };
  const failing = givenPorts([givenRecord()], [transient]);
  expect(await checkLink(address, failing.ports)).toEqual({ verdict: 'unread' });
  expect(failing.asked).toEqual(['ledger', 'api', '500 ms', 'api', '1000 ms', 'api']);
  const { ports } = givenPorts([givenRecord()], [transient, transient, at({ pid: 'sms' })]);
  expect(await checkLink(address, ports)).toEqual({ verdict: 'equal' });
});

test('an account that is refused ends it, in words', async () => {
  const { ports } = givenPorts([givenRecord()], [{ meaning: 'account-blocked', fault }]);
  await expect(checkLink(address, ports)).rejects.toThrow(
    'The OneLink API refuses the account: the API refuses the token [api-401].',
  );
});

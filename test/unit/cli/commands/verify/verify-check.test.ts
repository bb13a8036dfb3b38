import { expect, test } from 'vitest';
import { checkLink, type LinkCheckPorts } from '../../../../../cli/pipeline/links/link-check.ts';
import type { LinkRecord } from '../../../../../lambdas/domain/link/ledger-record.ts';
import { EmulatedApi } from '../../../../world/emulated-api.ts';
import { given, givenRecord } from '../../../../world/given-ledger.ts';

const address = { onelinkId: 'A1b3', shortlinkId: 'secret-id' };
const now = given.nowSeconds * 1000;

/** A ledger that returns the given records one after the other, and then repeats the last; and an API with this data. */
function givenPorts(records: (LinkRecord | undefined)[], data: Record<string, string>) {
  const asked: string[] = [];
  const api = new EmulatedApi({ now: () => now, sleep: async () => {} });
  api.links.set('A1b3/secret-id', { data, expiresAt: givenRecord().expiresAt });
  const ports: LinkCheckPorts = {
    ledger: {
      link: async () => {
        asked.push('ledger');
        return records.length > 1 ? records.shift() : records[0];
      },
    },
    api: {
      read: (one) => {
        asked.push('api');
        return api.client.read(one);
      },
    },
    secret: given.secret,
    templates: given.templates,
    clock: {
      wallMilliseconds: () => now,
      monotonicMilliseconds: () => 0,
      sleep: async (milliseconds) => void asked.push(`${milliseconds} ms`),
    },
  };
  return { ports, asked, api };
}

test('an equal link is checked once', async () => {
  const { ports, asked } = givenPorts([givenRecord()], { pid: 'sms' });
  expect(await checkLink(address, ports)).toEqual({ result: 'equal' });
  expect(asked).toEqual(['ledger', 'api']);
});

test('a difference is reported after a second check, with the record of that check', async () => {
  const later = givenRecord({ pid: 'sms' }, { version: 2 });
  const { ports, asked } = givenPorts([givenRecord(), later], { pid: 'x' });
  expect(await checkLink(address, ports)).toEqual({
    result: 'different',
    record: later,
    differences: [{ what: 'data', words: 'its data differs' }],
  });
  expect(asked).toEqual(['ledger', 'api', 'ledger', 'api']);
});

test('a change under way explains a difference', async () => {
  const { ports } = givenPorts([givenRecord(), givenRecord({ pid: 'x' })], { pid: 'x' });
  expect(await checkLink(address, ports)).toEqual({ result: 'equal' });
});

test.each([
  [0, 'being-changed', ['ledger']],
  [-1, 'different', ['ledger', 'api', 'ledger', 'api']],
])('a lease that ends %i s from now', async (ends, result, calls) => {
  const lease = { action: 'update' as const, requestId: 'r-2', requestedAt: '', until: given.nowSeconds + ends };
  const { ports, asked } = givenPorts([givenRecord({ pid: 'sms' }, { lease })], { pid: 'x' });
  expect(await checkLink(address, ports)).toMatchObject({ result });
  expect(asked).toEqual(calls);
});

test('a record removed since the scan is not a difference', async () => {
  const { ports } = givenPorts([undefined], {});
  expect(await checkLink(address, ports)).toEqual({ result: 'gone' });
});

const down = { kind: 'status', status: 503 } as const;

test('a failing API gets three calls', async () => {
  const failing = givenPorts([givenRecord()], { pid: 'sms' });
  failing.api.spoil('read', { ...down, times: 3 });
  expect(await checkLink(address, failing.ports)).toEqual({ result: 'unread' });
  expect(failing.asked).toEqual(['ledger', 'api', '500 ms', 'api', '1000 ms', 'api']);
  const { ports, api } = givenPorts([givenRecord()], { pid: 'sms' });
  api.spoil('read', { ...down, times: 2 });
  expect(await checkLink(address, ports)).toEqual({ result: 'equal' });
});

test('a refused account ends the check with an error', async () => {
  const { ports, api } = givenPorts([givenRecord()], { pid: 'sms' });
  api.control.changeSettings({ token: 'another' });
  await expect(checkLink(address, ports)).rejects.toThrow(
    'The OneLink API refuses the account: the API refuses the token [api-401-authentication-failure].',
  );
});

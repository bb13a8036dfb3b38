import { expect, test } from 'vitest';
import { httpProducersOf, signersOf } from '../../../../lib/config/http.ts';

const producer = { principals: [], lanes: ['campaign'], templates: ['A1b3'] };

test('a producer with `http` has keys and 20 requests a second, and no signed requests', () => {
  const crm = { ...producer, source: 'crm', http: {} };
  const shop = { ...producer, source: 'shop', http: { keys: false, iam: true, requestsPerSecond: 3 } };
  expect(httpProducersOf({ producers: [crm, { ...producer, source: 'product' }, shop] })).toEqual([
    { source: 'crm', keys: true, iam: false, requestsPerSecond: 20 },
    { source: 'shop', keys: false, iam: true, requestsPerSecond: 3 },
  ]);
});

test('roles and users with a unique ID may sign requests, others not', () => {
  const known = { role: 'arn:aws:iam::111122223333:role/crm', senderId: 'AROAEXAMPLEOFCRMROLE1' };
  const user = { user: 'arn:aws:iam::111122223333:user/crm', senderId: 'AIDAEXAMPLEOFACRMUSER' };
  const principals = [known, { role: 'arn:aws:iam::111122223333:role/other' }, { account: '111122223333' }, user];
  expect(signersOf({ principals })).toEqual([known, user]);
});

import { expect, it } from 'vitest';
import { senderKey } from '../../../../cli/pipeline/local-senders.ts';

const role = { role: 'arn:aws:iam::000000000000:role/crm', senderId: 'AROAEXAMPLEOFACRMROLE' };
const producers = [
  { source: 'crm', principals: [role], lanes: ['campaign'], templates: ['A1b3'] },
  { source: 'product', principals: [], lanes: ['campaign'], templates: ['A1b3'] },
];

it.each([
  ['its producer, if the source is bound', { source: 'crm', lane: 'campaign' }, 'producer-crm'],
  ['the operator, if nothing binds the source', { source: 'product', lane: 'campaign' }, undefined],
  ['the operator, on a lane that the producer may not use', { source: 'crm', lane: 'transactional' }, undefined],
  ['the operator, if the source is not readable', { lane: 'campaign' }, undefined],
])('a message of the local run is sent by %s', (_, message, key) => {
  expect(senderKey(producers, message)).toBe(key);
});

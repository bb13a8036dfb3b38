import { expect, it } from 'vitest';
import type { ProducerPrincipal } from '../../../../lib/config/config-schema.ts';
import { producerCallers } from '../../../../local/start/producer-callers.ts';

const role = 'arn:aws:iam::111122223333:role/crm';
const user = 'arn:aws:iam::111122223333:user/crm';
const [roleId, userId] = ['AROAEXAMPLEOFACRMROLE', 'AIDAEXAMPLEOFACRMUSER'];

it.each<[string, ProducerPrincipal[], string]>([
  ['the ID of its role in the configuration', [{ role, senderId: roleId }], `${roleId}:crm`],
  ['the ID of its user in the configuration', [{ user, senderId: userId }], userId],
  ['the first ID that binds it', [{ role }, { user, senderId: userId }], userId],
])('a producer of the local run has %s', (_, principals, senderId) => {
  const producers = [{ source: 'crm', principals, lanes: ['campaign'], templates: ['A1b3'] }];
  expect(producerCallers({ producers })['producer-crm']?.senderId).toBe(senderId);
});

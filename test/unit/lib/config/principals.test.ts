import { describe, expect, it } from 'vitest';
import { config } from '../../../../examples/configuration.ts';
import type { PipelineSettings, ProducerPrincipal } from '../../../../lib/config/config-schema.ts';
import {
  boundSenders,
  directSid,
  heldPrincipals,
  ingressQueuesOf,
  isDirectSid,
  policySid,
  unboundSources,
} from '../../../../lib/config/principals.ts';

const role = 'arn:aws:iam::111122223333:role/crm';
const user = 'arn:aws:iam::111122223333:user/crm';
const [roleId, userId] = ['AROAEXAMPLEOFACRMROLE', 'AIDAEXAMPLEOFACRMUSER'];

/** The sample pipeline, whose first producer, `crm`, has these principals. The others have none. */
function settings(...principals: ProducerPrincipal[]): PipelineSettings {
  const [pipeline] = config.stages.production?.pipelines ?? [];
  if (pipeline === undefined) throw new Error('the sample has no pipeline');
  const [crm, ...others] = pipeline.producers;
  if (crm === undefined) throw new Error('the sample has no producer');
  const unbound = others.map((producer) => ({ ...producer, principals: [] }));
  return { ...pipeline, producers: [{ ...crm, principals }, ...unbound] };
}

it('the sample binds every source, one of them by a user', () => {
  const [sample] = config.stages.production?.pipelines ?? [];
  expect(sample && boundSenders(sample)).toEqual({
    crm: ['AROAEXAMPLEOFCRMROLE1'],
    product: ['AIDAEXAMPLEPRODUCTUSR'],
    studio: ['AROAEXAMPLESTUDIOROLE'],
  });
});

describe('a producer', () => {
  it('is bound by the unique IDs of its roles and users, each once', () => {
    const bound = settings({ role, senderId: roleId }, { user, senderId: userId }, { role, senderId: roleId });

    expect(boundSenders(bound)).toEqual({ crm: [roleId, userId] });
    expect(unboundSources(bound)).toEqual(['product', 'studio']);
    expect(heldPrincipals(bound)).toEqual([]);
  });

  it.each<[string, ProducerPrincipal[]]>([
    ['without principals', []],
    ['with principals that have no unique ID', [{ role }, { user }]],
  ])('is unbound %s', (_, principals) => {
    const unbound = settings(...principals);

    expect(boundSenders(unbound)).toEqual({});
    expect(unboundSources(unbound)).toEqual(['crm', 'product', 'studio']);
  });

  it.each<[string, ProducerPrincipal]>([
    ['a whole account', { account: '111122223333' }],
    ['an AWS service', { service: 'sns.amazonaws.com', sourceArn: 'arn:aws:sns:eu-west-1:111122223333:crm' }],
  ])('with %s is bound by an ingress queue for each of its lanes', (_, principal) => {
    const bound = settings({ role }, principal);

    expect(boundSenders(bound)).toEqual({ crm: [] });
    expect(unboundSources(bound)).toEqual(['product', 'studio']);
    expect(heldPrincipals(bound)).toEqual([{ source: 'crm', arn: role }]);
    expect(ingressQueuesOf(bound)).toEqual([
      { lane: 'campaign', source: 'crm', principals: [principal] },
      { lane: 'transactional', source: 'crm', principals: [principal] },
    ]);
  });

  it('with roles and users alone has no ingress queue', () => {
    expect(ingressQueuesOf(settings({ role, senderId: roleId }, { user }))).toEqual([]);
  });

  it('that is bound has its principals without a unique ID named, because their commands are held', () => {
    expect(heldPrincipals(settings({ role, senderId: roleId }, { user }))).toEqual([{ source: 'crm', arn: user }]);
  });
});

describe('the Sid of a producer’s statement', () => {
  it.each([
    ['crm', 'Producercrm'],
    ['shop.eu-1_a', 'ProducershopZ2eeuZ2d1Z5fa'],
    ['Zoo', 'ProducerZ5aoo'],
  ])('of %s is %s: letters and digits, another one for each source', (source, sid) => {
    expect(policySid(source)).toBe(sid);
  });

  it('changes with the unique IDs of the producer, because AWS resolves a role when the policy is written', () => {
    const sid = (...principals: ProducerPrincipal[]) => directSid({ source: 'crm', principals });
    const [before, after] = [sid({ role, senderId: roleId }), sid({ role, senderId: 'AROAEXAMPLEMADEANEW01' })];

    expect(sid({ role }, { user })).toBe('Producercrm');
    expect(before).toMatch(/^ProducercrmZV[0-9a-f]{8}$/);
    expect(after).toMatch(/^ProducercrmZV[0-9a-f]{8}$/);
    expect(after).not.toBe(before);
    expect([before, 'Producercrm', 'ProducercrmZ0', 'Producercrm2'].map((one) => isDirectSid(one, 'crm'))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

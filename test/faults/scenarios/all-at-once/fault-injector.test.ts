import { describe, expect, it } from 'vitest';
import type { WireRequest } from '../../wire/wire-request.ts';
import { jobOf, MixedFaultInjector } from './fault-injector.ts';

const governor = { pid: 7, function: 'any', logicalId: 'PipelineGovernorWorkerFunction46F46A48', invocation: 'e-1/1' };
const poll: WireRequest = {
  service: 'onelink',
  method: 'GET',
  path: '/api/v2.0/shortlinks-quota/acc-demo',
  headers: {},
  body: Buffer.alloc(0),
};
const killsOf = (injector: MixedFaultInjector, requests: number) => {
  const kills = Array.from({ length: requests }, () => injector.treat(poll, governor).kill).filter(Boolean);
  for (const side of kills) injector.killed(poll, governor, side ?? 'before');
  return kills.length;
};

describe('the fault injector', () => {
  it('kills a function at its first request if the function was never killed before', () => {
    const injector = new MixedFaultInjector(1, 3);
    injector.beginPhase();
    expect(injector.treat(poll, governor).kill).toBeDefined();
  });

  it('kills a function three times in each phase if the limit is three', () => {
    const injector = new MixedFaultInjector(1, 3);
    injector.beginPhase();
    expect(killsOf(injector, 500)).toBe(3);
    injector.beginPhase();
    expect(killsOf(injector, 500)).toBe(3);
  });

  it('injects the same faults for the same seed', () => {
    const [one, other] = [new MixedFaultInjector(5, 9), new MixedFaultInjector(5, 9)];
    for (const injector of [one, other]) injector.beginPhase();
    const treatments = (injector: MixedFaultInjector) =>
      Array.from({ length: 50 }, () => injector.treat(poll, governor));
    expect(treatments(one)).toEqual(treatments(other));
  });

  it('injects no fault before the first phase and after its end', () => {
    const injector = new MixedFaultInjector(1, 3);
    expect(injector.treat(poll, governor)).toEqual({});
    injector.beginPhase();
    injector.end();
    expect(injector.treat(poll, governor)).toEqual({});
  });

  it('derives the name of any function from its logical ID', () => {
    expect(jobOf('PipelineTransactionalLinkWorkerFunction3D414EF4')).toBe('link worker');
    expect(jobOf('PipelineQrWorkerFunction937F582A')).toBe('QR worker');
    expect(jobOf('PipelineGovernorWorkerFunction46F46A48')).toBe('governor');
    expect(jobOf('PipelineCampaignsSenderWorkerFunction3BDD1F7C')).toBe('campaigns sender');
    expect(jobOf('PipelineExpiryIntakeFunction0123ABCD')).toBe('expiry intake');
    expect(jobOf('PipelineExpiryWorkerFunction72A0563A')).toBe('expiry worker');
  });
});

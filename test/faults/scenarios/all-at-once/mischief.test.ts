import { describe, expect, it } from 'vitest';
import type { WireRequest } from '../../wire/wire-request.ts';
import { jobOf, MixedMischief } from './mischief.ts';

const governor = { pid: 7, function: 'any', logicalId: 'PipelineGovernorWorkerFunction46F46A48', invocation: 'e-1/1' };
const poll: WireRequest = {
  service: 'onelink',
  method: 'GET',
  path: '/api/v2.0/shortlinks-quota/acc-demo',
  headers: {},
  body: Buffer.alloc(0),
};
const killsOf = (mischief: MixedMischief, requests: number) => {
  const kills = Array.from({ length: requests }, () => mischief.treat(poll, governor).kill).filter(Boolean);
  for (const side of kills) mischief.killed(poll, governor, side ?? 'before');
  return kills.length;
};

describe('mischief', () => {
  it('kills each function, at its first request if it was never killed before', () => {
    const mischief = new MixedMischief(1, 3);
    mischief.beginPhase();
    expect(mischief.treat(poll, governor).kill).toBeDefined();
  });

  it('kills a function so often in a phase and no more, and then again in the next', () => {
    const mischief = new MixedMischief(1, 3);
    mischief.beginPhase();
    expect(killsOf(mischief, 500)).toBe(3);
    mischief.beginPhase();
    expect(killsOf(mischief, 500)).toBe(3);
  });

  it('does the same for the same seed', () => {
    const [one, other] = [new MixedMischief(5, 9), new MixedMischief(5, 9)];
    for (const mischief of [one, other]) mischief.beginPhase();
    const treatments = (mischief: MixedMischief) => Array.from({ length: 50 }, () => mischief.treat(poll, governor));
    expect(treatments(one)).toEqual(treatments(other));
  });

  it('leaves everybody in peace before the first phase and when it has ended', () => {
    const mischief = new MixedMischief(1, 3);
    expect(mischief.treat(poll, governor)).toEqual({});
    mischief.beginPhase();
    mischief.end();
    expect(mischief.treat(poll, governor)).toEqual({});
  });

  it('names functions by what the template calls them, whichever they are', () => {
    expect(jobOf('PipelineTransactionalLinkWorkerFunction3D414EF4')).toBe('link worker');
    expect(jobOf('PipelineCampaignQrWorkerFunction937F582A')).toBe('QR worker');
    expect(jobOf('PipelineGovernorWorkerFunction46F46A48')).toBe('governor');
    expect(jobOf('PipelineExpiryIntakeFunction0123ABCD')).toBe('expiry intake');
    expect(jobOf('PipelineExpiryWorkerFunction72A0563A')).toBe('expiry worker');
  });
});

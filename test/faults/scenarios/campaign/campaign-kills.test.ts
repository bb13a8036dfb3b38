import { describe, expect, it } from 'vitest';
import type { WireRequest } from '../../wire/wire-request.ts';
import { CampaignKills } from './campaign-kills.ts';

const put = (path: string): WireRequest => ({
  service: 's3',
  method: 'PUT',
  path,
  headers: {},
  body: Buffer.alloc(0),
});
const chunk = put('/bucket/work/crm/spring/1/chunk-0000002.ndjson?x-id=PutObject');
const results = put('/bucket/results/crm/spring.csv');
const by = (invocation: string, logicalId = 'PipelineCampaignsCheckerWorkerFunction0123ABCD') => ({
  pid: 1,
  function: 'any',
  logicalId,
  invocation,
});

describe('the kills of a campaign’s functions', () => {
  it('come on each side of each request once, and once in an invocation', () => {
    const kills = new CampaignKills({ seed: 1, randomKills: 0, sides: 'both' });
    expect(kills.treat(chunk, by('1'))).toEqual({ kill: 'before' });
    kills.killed(chunk, by('1'), 'before');
    expect(kills.treat(results, by('1'))).toEqual({});
    expect(kills.treat(chunk, by('2'))).toEqual({ kill: 'after' });
    kills.killed(chunk, by('2'), 'after');
    expect(kills.treat(chunk, by('3'))).toEqual({});
    expect(kills.treat(results, by('3'))).toEqual({ kill: 'before' });
    kills.killed(results, by('3'), 'before');
    expect(kills.points()).toEqual([
      { function: 'checker', request: 's3 PUT chunk 2', before: 1, after: 1 },
      { function: 'checker', request: 's3 PUT results/spring.csv', before: 1, after: 0 },
    ]);
  });

  it('leave the other functions alone, also those of a lane with the name `campaign`', () => {
    const kills = new CampaignKills({ seed: 1, randomKills: 9, sides: 'both' });
    expect(kills.treat(chunk, by('1', 'PipelineCampaignLinkWorkerFunction961C2C30'))).toEqual({});
    expect(kills.points()).toEqual([]);
  });

  it('may come at random only', () => {
    const kills = new CampaignKills({ seed: 1, randomKills: 2, sides: 'none' });
    const treated = Array.from({ length: 1_000 }, (_, index) =>
      kills.treat(put(`/bucket/results/${index}`), by(`run ${index}`)),
    );
    expect(treated.filter(({ kill }) => kill !== undefined)).toHaveLength(2);
  });

  it('go on at random, as often as asked', () => {
    const kills = new CampaignKills({ seed: 1, randomKills: 3, sides: 'both' });
    for (const side of ['before', 'after'] as const) kills.killed(chunk, by('1'), side);
    const treated = Array.from({ length: 1_000 }, (_, index) => kills.treat(chunk, by(`later ${index}`)));
    expect(treated.filter(({ kill }) => kill !== undefined)).toHaveLength(3);
    expect(kills.randomLeft).toBe(0);
  });
});

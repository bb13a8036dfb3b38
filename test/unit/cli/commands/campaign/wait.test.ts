import { describe, expect, test } from 'vitest';
import { codeOfEnd, waitForEnd } from '../../../../../cli/commands/campaign/wait.ts';
import type { CampaignRecord } from '../../../../../lambdas/domain/campaign/record.ts';
import { givenCampaign } from '../../../../world/given-campaign.ts';
import { SteppedClock } from '../../../../world/stepped-clock.ts';

const spring = { source: 'crm', name: 'spring' };
const { file } = givenCampaign();
const older = givenCampaign({ state: 'finished', endedAt: 1, file: { ...file, droppedAt: file.droppedAt - 60_000 } });

/** Waits while the record goes through these states, one for each reading. The last one stays. */
async function waited(records: readonly (CampaignRecord | undefined)[], interrupt?: number) {
  const clock = new SteppedClock();
  const interruption = new AbortController();
  const [shown, told]: [string[], string[]] = [[], []];
  let readings = 0;
  const read = async () => {
    readings += 1;
    if (readings === interrupt) interruption.abort();
    return { record: records[Math.min(readings, records.length) - 1], corrupt: false };
  };
  const ports = {
    table: { read },
    clock,
    signal: interruption.signal,
    everyMilliseconds: 2_000,
    show: (words: string) => void shown.push(words),
    tell: (words: string) => void told.push(words),
  };
  return { ended: await clock.until(waitForEnd(file, spring, ports)), shown, told };
}

describe('a wait for the end of a campaign', () => {
  test('shows each new state, and what an operator has to do', async () => {
    const { ended, told } = await waited([
      undefined,
      older,
      givenCampaign({ state: 'checking', rows: 1 }),
      givenCampaign({ state: 'waiting' }),
      givenCampaign({ state: 'sending', paused: { at: 1, reason: 'x' } }),
      givenCampaign({ state: 'sending' }),
      givenCampaign({ state: 'finished', endedAt: 1, tallies: { created: 3 } }),
    ]);
    expect(told).toEqual([
      'crm/spring  checking: 1 row read, 100 % of the file',
      'crm/spring  waiting for approval: 3 rows checked. To start it: onelink campaign approve crm/spring',
      'crm/spring  sending, paused: 0 of 3 rows done (0.0 %). To go on: onelink campaign resume crm/spring',
      'crm/spring  sending: 0 of 3 rows done (0.0 %)',
      'crm/spring  finished: created 3',
    ]);
    expect(ended.result).toBe('ended');
  });

  test('is not ended by the older drop of the same name, nor by a cancellation whose results are not written', async () => {
    const { ended } = await waited([
      older,
      givenCampaign({ state: 'cancelled' }),
      givenCampaign({ state: 'cancelled', endedAt: 1 }),
    ]);
    expect(ended).toMatchObject({ result: 'ended', record: { endedAt: 1 } });
  });

  test('shows the rate of the last minute, and how long the rest takes', async () => {
    const at = (created: number) => givenCampaign({ rows: 1_000, tallies: { created } });
    const { shown } = await waited([at(0), at(20), at(40), at(60), givenCampaign({ state: 'finished', endedAt: 1 })]);
    expect(shown.slice(0, 4)).toEqual([
      'sending: 0 of 1,000 rows done (0.0 %)',
      'sending: 20 of 1,000 rows done (2.0 %)',
      'sending: 40 of 1,000 rows done (4.0 %), 10 rows/s, about 1 min 36 s left',
      'sending: 60 of 1,000 rows done (6.0 %), 10 rows/s, about 1 min 34 s left',
    ]);
  });

  test('names once that something is wrong if no check begins', async () => {
    const { told } = await waited([
      ...Array.from({ length: 100 }, () => undefined),
      givenCampaign({ state: 'refused' }),
    ]);
    expect(told.filter((line) => line.includes('onelink doctor'))).toHaveLength(1);
  });

  test('ends when a newer file replaces this one, and when it is interrupted', async () => {
    const newer = givenCampaign({ file: { ...file, etag: '"two"', droppedAt: file.droppedAt + 1_000 } });
    expect((await waited([givenCampaign(), newer])).ended.result).toBe('replaced');
    expect((await waited([givenCampaign()], 3)).ended.result).toBe('interrupted');
  });
});

test.each([
  ['finished', { created: 2, unchanged: 1 }, 0],
  ['finished', { created: 2, rejected: 1 }, 1],
  ['finished', { created: 2, failed: 1 }, 1],
  ['cancelled', { created: 2 }, 1],
  ['refused', {}, 1],
] as const)('a campaign that is %s with %j ends with code %i', (state, tallies, code) => {
  expect(codeOfEnd(givenCampaign({ state, tallies }))).toBe(code);
});

import { describe, expect, test } from 'vitest';
import type { Approval } from '../../../../lambdas/campaign-checker/env.ts';
import { CampaignCheck, csvOf, noon } from '../../../world/campaign-check.ts';

/** The state of a campaign of ten rows after its check. */
async function stateOf(
  APPROVAL: Approval,
  { settings = {}, remaining, source = 'crm' }: { settings?: object; remaining?: number; source?: string } = {},
): Promise<string | undefined> {
  const check = new CampaignCheck({ APPROVAL });
  if (remaining !== undefined) {
    check.control.setRecord(check.now, { quota: { remaining, polledAt: noon, own: 0 } });
  }
  check.files.drop(`inbox/${source}/spring.campaign.json`, JSON.stringify(settings), check.now);
  check.drop(`inbox/${source}/spring.csv`, csvOf(10));
  await check.settle();
  return (await check.record(source))?.state;
}

describe('a checked campaign', () => {
  test('is sent at once, unless something asks for approval', async () => {
    expect(await stateOf({})).toBe('sending');
  });

  test('waits if its settings ask for it', async () => {
    expect(await stateOf({}, { settings: { approval: 'required' } })).toBe('waiting');
  });

  test('waits above the configured number of rows, whatever its settings say', async () => {
    expect(await stateOf({ aboveRows: 9 }, { settings: { approval: 'automatic' } })).toBe('waiting');
    expect(await stateOf({ aboveRows: 10 })).toBe('sending');
  });

  test('waits if its source is configured so', async () => {
    expect(await stateOf({ sources: ['crm'] })).toBe('waiting');
    expect(await stateOf({ sources: ['crm'] }, { source: 'studio' })).toBe('sending');
  });

  test('does not wait if nothing of it is to be sent: the same file again', async () => {
    const check = new CampaignCheck({ APPROVAL: { sources: ['crm'], aboveRows: 0 } });
    check.files.drop('inbox/crm/spring.campaign.json', '{"approval":"required"}', check.now);
    check.drop('inbox/crm/spring.csv', 'request_id,pid\r\na,\r\n');
    await check.settle();
    expect(await check.record()).toMatchObject({ toSend: 0, rows: 1, state: 'sending' });
  });

  test('waits if its calls would touch the reserve of its lane, or if the quota is unknown', async () => {
    // The lane leaves 1,000 calls to others, and ten rows need ten.
    expect(await stateOf({ belowReserve: true }, { remaining: 1_010 })).toBe('sending');
    expect(await stateOf({ belowReserve: true }, { remaining: 1_009 })).toBe('waiting');
    expect(await stateOf({ belowReserve: true })).toBe('waiting');
    expect(await stateOf({ belowReserve: false }, { remaining: 0 })).toBe('sending');
  });
});

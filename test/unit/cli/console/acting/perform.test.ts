import { expect, test } from 'vitest';
import { perform } from '../../../../../cli/console/acting/perform.ts';
import type { OpenDesk } from '../../../../../cli/console/desk.ts';
import { ProblemError } from '../../../../../cli/console/problem.ts';
import { givenCampaign, givenResult } from '../../../../world/given-campaign.ts';
import { givenLinkAt } from '../../../../world/given-ledger.ts';
import { InMemoryLedger } from '../../../../world/in-memory-ledger.ts';

test('the links of a takeover are not deleted in the console, and the problem names the verb that can', async () => {
  // Given
  const record = givenCampaign({ name: 'old.takeover', state: 'finished', endedAt: 1 });
  const ledger = new InMemoryLedger();
  await ledger.addLink(givenLinkAt('old-1', { requestId: 'old.takeover/a', takenOver: true }));
  const result = givenResult(1, { status: 'adopted', shortlinkId: 'old-1' });
  const open = {
    deployed: {
      campaigns: { read: async () => ({ record }) },
      campaignFiles: {
        file: async () => record.file,
        bytes: async function* () {
          yield Buffer.from(`${JSON.stringify(result)}\n`);
        },
      },
      ledger,
    },
    configured: undefined,
  } as unknown as OpenDesk;
  const acts: string[] = [];
  const ports = {
    operations: { act: async (name: string) => void acts.push(name), begin: () => expect.fail() } as never,
    open,
    interrupted: new AbortController().signal,
    keepIn: '',
    nowMilliseconds: () => 0,
    onStep: () => {},
  };
  // When
  const refused = await perform(
    { name: 'campaign-retire', source: 'crm', campaign: 'old.takeover' },
    'why',
    ports,
  ).catch((error: unknown) => error);
  // Then
  expect(refused).toBeInstanceOf(ProblemError);
  expect((refused as ProblemError).problem).toEqual({
    code: 'refused',
    words: expect.stringContaining('The campaign has taken over 1 live link, which existed before it.'),
    do: [
      'npx onelink campaign retire crm/old.takeover --taken-over delete',
      'npx onelink campaign retire crm/old.takeover --taken-over keep',
    ],
  });
  expect(acts).toEqual([]);
});

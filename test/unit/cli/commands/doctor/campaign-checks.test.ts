import { describe, expect, test } from 'vitest';
import {
  checkCampaignLetters,
  checkCampaignMapping,
  checkCampaigns,
  unopenedFiles,
} from '../../../../../cli/commands/doctor/campaign-checks.ts';
import { campaignDroppedAt, givenCampaign } from '../../../../world/given-campaign.ts';

const answering = (answer: object) => ({ send: async () => answer }) as never;
const minute = 60_000;
const later = (minutes: number) => campaignDroppedAt + minutes * minute;

describe('the doctor, on campaigns', () => {
  test('finds a check that stands still, and not one that waits for its next step', () => {
    const records = [givenCampaign({ state: 'checking' }), givenCampaign({ name: 'autumn', state: 'sending' })];
    expect(checkCampaigns({ records, corrupt: [] }, later(3))).toEqual({
      name: 'campaigns',
      result: 'ok',
      words: '2 active campaigns, and no check stands still',
    });
    // A check that was killed begins again when SQS delivers its message again.
    expect(checkCampaigns({ records, corrupt: [] }, later(4))).toMatchObject({
      result: 'warning',
      words: 'the check stands still: crm/spring, for 4 min',
      fix: expect.stringContaining('begins again after 12 minutes'),
    });
    expect(checkCampaigns({ records, corrupt: [] }, later(16))).toMatchObject({
      result: 'failed',
      words: 'the check stands still: crm/spring, for 16 min',
    });
  });

  test('finds a file whose check was killed before its first record, and not one that has its record', () => {
    const file = (name: string, droppedAt: number) => ({ source: 'crm', name, droppedAt });
    const known = [givenCampaign(), givenCampaign({ name: 'autumn' })];
    const inbox = [file('spring', campaignDroppedAt), file('autumn', later(1)), file('winter', later(1))];
    const unopened = unopenedFiles(inbox, known);
    expect(unopened.map(({ name }) => name)).toEqual(['autumn', 'winter']);
    expect(checkCampaigns({ records: [], corrupt: [] }, later(4), unopened).result).toBe('ok');
    expect(checkCampaigns({ records: [], corrupt: [] }, later(5), unopened)).toMatchObject({
      result: 'warning',
      words: 'the check stands still: crm/autumn, for 4 min; crm/winter, for 4 min',
    });
    expect(checkCampaigns({ records: [], corrupt: [] }, later(17), unopened).result).toBe('failed');
  });

  test('does not take a list that has milliseconds for a later drop than the record, which has whole seconds', () => {
    const file = (droppedAt: number) => ({ source: 'crm', name: 'spring', droppedAt });
    expect(unopenedFiles([file(campaignDroppedAt + 999)], [givenCampaign()])).toEqual([]);
    expect(unopenedFiles([file(campaignDroppedAt + 1_000)], [givenCampaign()])).toHaveLength(1);
  });

  test('names what waits for approval, and a record that cannot be read', () => {
    const records = [givenCampaign({ state: 'waiting' })];
    expect(checkCampaigns({ records, corrupt: [] }, later(600))).toMatchObject({
      result: 'warning',
      words: 'waiting for approval: crm/spring',
    });
    expect(checkCampaigns({ records: [], corrupt: ['crm/spring'] }, later(0))).toMatchObject({
      result: 'failed',
      words: 'crm/spring: the record cannot be read',
    });
  });

  test('finds files that are dead letters, in flight or not', async () => {
    const letters = (waiting: number, held = 0) =>
      checkCampaignLetters(
        answering({
          Attributes: {
            ApproximateNumberOfMessages: String(waiting),
            ApproximateNumberOfMessagesNotVisible: String(held),
          },
        }),
        'http://127.0.0.1:1/campaign-files-dead',
      );
    expect(await letters(0)).toMatchObject({ result: 'ok' });
    expect(await letters(0, 1)).toMatchObject({ result: 'failed', words: '1 message to the check is a dead letter' });
    expect(await letters(2)).toMatchObject({
      words: '2 messages to the check are dead letters',
      fix: expect.stringContaining('onelink dead-letters redrive --queue campaigns'),
    });
  });

  test('finds that dropped files do not reach their check', async () => {
    const mapping = (answer: object) => checkCampaignMapping(answering(answer), 'uuid-1');
    expect(await mapping({ State: 'Enabled', LastProcessingResult: 'OK' })).toEqual({
      name: 'mapping campaign-checker',
      result: 'ok',
      words: 'enabled',
    });
    expect(await mapping({ State: 'Disabled' })).toMatchObject({
      result: 'failed',
      fix: expect.stringContaining('aws lambda update-event-source-mapping --enabled --uuid uuid-1.'),
    });
  });
});

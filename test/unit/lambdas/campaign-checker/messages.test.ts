import { describe, expect, test } from 'vitest';
import { inboxObject } from '../../../../lambdas/campaign-checker/file-name.ts';
import { ownMessage, readMessage } from '../../../../lambdas/campaign-checker/messages.ts';

const event = (key: string, { name = 'campaigns', eventName = 'ObjectCreated:Put' } = {}) => ({
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  eventName,
  s3: { bucket: { name }, object: { key, size: 10, eTag: 'a', sequencer: '0055' } },
});
const read = (...Records: object[]) => readMessage(JSON.stringify({ Records }), 'campaigns');

describe('a message of the campaign queue', () => {
  test('names the objects of S3’s events, decoded and each once', () => {
    expect(read(event('inbox/crm/spring.csv'))).toEqual({ files: ['inbox/crm/spring.csv'] });
    expect(read(event('inbox/crm/a+b%2Bc%C3%A4.csv'), event('inbox/crm/a+b%2Bc%C3%A4.csv'))).toEqual({
      files: ['inbox/crm/a b+cä.csv'],
    });
    expect(read(event('inbox/crm/100%.csv'))).toEqual({ files: ['inbox/crm/100%.csv'] });
  });

  test('leaves out what is no new object of the campaign bucket', () => {
    const other = event('inbox/crm/spring.csv', { name: 'somebody-elses' });
    const removed = event('inbox/crm/spring.csv', { eventName: 'ObjectRemoved:Delete' });
    expect(read(other, removed, event('inbox/crm/b.csv'))).toEqual({ files: ['inbox/crm/b.csv'] });
    const uploaded = event('inbox/crm/c.csv', { eventName: 'ObjectCreated:CompleteMultipartUpload' });
    expect(read(uploaded)).toEqual({ files: ['inbox/crm/c.csv'] });
  });

  test('may be S3’s test of the notification', () => {
    const body = { Service: 'Amazon S3', Event: 's3:TestEvent', Time: '2026-03-09T12:00:00Z', Bucket: 'campaigns' };
    expect(readMessage(JSON.stringify(body), 'campaigns')).toEqual({ files: [] });
  });

  test('may be the checker’s own', () => {
    const next = { continue: { source: 'crm', name: 'spring', drop: 2 } };
    expect(readMessage(ownMessage(next), 'campaigns')).toEqual(next);
    expect(readMessage(ownMessage({ open: 'inbox/crm/ä b.csv' }), 'campaigns')).toEqual({ open: 'inbox/crm/ä b.csv' });
  });

  test.each([
    ['no JSON', 'not-json'],
    ['null', 'unknown-json'],
    ['7', 'unknown-json'],
    ['[]', 'unknown-json'],
    ['{}', 'unknown-json'],
    ['{"Records":[]}', 'unknown-json'],
    ['{"Records":[{"eventName":"ObjectCreated:Put"}]}', 'unknown-json'],
    ['{"specVersion":"1.0","action":"create"}', 'unknown-json'],
    ['{"Type":"Notification","TopicArn":"arn:aws:sns:eu-central-1:123456789012:t","Message":"{}"}', 'sns-notification'],
    ['{"detail-type":"Object Created","source":"aws.s3","detail":{}}', 'eventbridge-event'],
    [JSON.stringify({ Records: [event('a.csv', { name: 'another' })] }), 's3-event-of-another-bucket'],
    [JSON.stringify({ Records: [event('a.csv', { eventName: 'ObjectRemoved:Delete' })] }), 's3-event-of-another-kind'],
  ])('%s is foreign: %s', (body, foreign) => {
    expect(readMessage(body, 'campaigns')).toEqual({ foreign });
  });

  test.each(['{"open":7}', '{"continue":{"source":"crm"}}', '{"open":"inbox/crm/a.csv","later":1}'])(
    '%s is the checker’s own, in a form that this release does not know',
    (body) => {
      expect(readMessage(body, 'campaigns')).toBe('unreadable');
    },
  );
});

describe('an object of the inbox', () => {
  test.each([
    ['inbox/crm/spring.csv', { source: 'crm', name: 'spring' }, 'csv', false],
    ['inbox/crm/spring.ndjson', { source: 'crm', name: 'spring' }, 'ndjson', false],
    ['inbox/crm/spring.csv.gz', { source: 'crm', name: 'spring' }, 'csv', true],
    ['inbox/crm/spring.ndjson.gz', { source: 'crm', name: 'spring' }, 'ndjson', true],
    ['inbox/crm/SPRING.CSV', { source: 'crm', name: 'SPRING' }, 'csv', false],
    ['inbox/crm/spring.retire.ndjson', { source: 'crm', name: 'spring.retire' }, 'ndjson', false],
    ['inbox/crm/March offers.csv', { source: 'crm', name: 'March offers' }, 'csv', false],
  ])('%s is a file of a campaign', (key, campaign, format, isCompressed) => {
    expect(inboxObject(key)).toEqual({ campaign, format, isCompressed });
  });

  test.each(['inbox/', 'inbox/crm/', 'inbox/crm/spring.campaign.json'])('%s starts nothing', (key) => {
    expect(inboxObject(key)).toBe('nothing-to-do');
  });

  test.each([
    ['inbox/spring.csv', 'folder'],
    ['inbox/crm/2026/spring.csv', 'folder'],
    ['inbox/crm/2026/spring.campaign.json', 'folder'],
    ['inbox/spring.campaign.json', 'folder'],
    ['inbox//spring.csv', 'folder'],
    ['results/crm/spring.csv', 'folder'],
    ['inbox/crm/.csv', 'name'],
    ['inbox/crm/spring.xlsx', 'ending'],
    ['inbox/crm/spring.json', 'ending'],
    ['inbox/crm/spring', 'ending'],
    [`inbox/crm/${'x'.repeat(1_000)}.csv`, 'length'],
  ])('%s is misplaced: %s', (key, misplaced) => {
    expect(inboxObject(key)).toEqual({ misplaced });
  });
});

import { describe, expect, test } from 'vitest';
import { compileTemplate } from '../../../local/cloud/pipes/input-template.ts';

const record = { id: 'a"b', size: 3, keys: { pk: { S: 'link#1' } }, list: [{ S: 'first' }, { S: 'second' }] };
const variables = {
  'pipe-arn': 'arn:pipe',
  'pipe-name': 'Expiry',
  'source-arn': 'arn:stream',
  'target-arn': 'arn:queue',
  'event.ingestion-time': '2026-11-01T00:00:00.000Z',
};

describe('an input template', () => {
  test.each([
    ['{"id": <$.id>, "size": <$.size>}', '{"id": "a\\"b", "size": 3}'],
    ['{"key": "<$.keys.pk.S>", "keys": <$.keys>}', '{"key": "link#1", "keys": {"pk":{"S":"link#1"}}}'],
    ['{"text": "of <$.keys>"}', '{"text": "of {pk:{S:link#1}}"}'],
    ['{"say \\"<$.size>\\"": <$.size>}', '{"say \\"3\\"": 3}'],
    ['{"second": <$.list[1].S>}', '{"second": "second"}'],
    ['{"gone": <$.nowhere.at.all>, "quoted": "<$.keys.sk.S>"}', '{"gone": "", "quoted": ""}'],
    [
      '{"at": <aws.pipes.event.ingestion-time>, "by": "<aws.pipes.pipe-name>"}',
      '{"at": "2026-11-01T00:00:00.000Z", "by": "Expiry"}',
    ],
    ['Gone: <$.keys.pk.S>, <b>', 'Gone: link#1, <b>'],
    ['<$.keys>', '{"pk":{"S":"link#1"}}'],
    ['<aws.pipes.event>', JSON.stringify(record)],
  ])('%s', (template, expected) => {
    expect(compileTemplate(template)(record, variables)).toBe(expected);
  });

  test.each(['<$.list[*].S>', '<$..S>', '<aws.pipes.enrichment-arn>'])('%s is refused', (template) => {
    expect(() => compileTemplate(template)).toThrow(`${template}: this placeholder is not known here`);
  });
});

import { describe, expect, it } from 'vitest';
import { isLineOf } from '../../../../lambdas/operations/subject-archive-lines.ts';
import { Persons } from '../../../../lambdas/operations/subject-persons.ts';

const persons = new Persons(['José "7"', '1'], 'a secret');
const body = (command: object) => JSON.stringify({ body: JSON.stringify(command) });
const inSns = (command: object) =>
  JSON.stringify({
    body: JSON.stringify({ Type: 'Notification', TopicArn: 'arn:x', Message: JSON.stringify(command) }),
  });

describe('a line of the archive', () => {
  it.each([
    ['a command', body({ subject: 'José "7"' })],
    ['a command in an envelope', inSns({ subject: 'José "7"' })],
    ['a broken command', JSON.stringify({ body: '{"subject":"José \\"7\\"","data":{' })],
    ['a broken line', `{"v":1,"body":"{\\"subject\\": \\"1\\",`],
  ])('concerns the person whose name is the subject of %s', (_, line) => {
    expect(isLineOf(line, persons)).toBe(true);
  });

  it.each([
    ['has the name in another field', body({ source: '1', requestId: '1', data: { c: '1' } })],
    ['has a longer subject', body({ subject: '11' })],
    ['is broken, and has the name elsewhere', '{"v":1,"body":"{\\"c\\":\\"1\\",'],
    ['is no line of ours', 'null'],
  ])('concerns nobody if it %s', (_, line) => {
    expect(isLineOf(line, persons)).toBe(false);
  });
});

import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { confirmScript } from '../../../../lib/constructs/act-documents.ts';
import { operator } from '../../../../local/cloud/access/caller.ts';
import { run } from '../../../../local/cloud/services/automation/steps.ts';

const hasPython = process.env.CI !== undefined || spawnSync('python3', ['--version']).status === 0;

/** The last step of a document, after this answer of the function. */
const confirmed = (answer: unknown) =>
  run(
    {
      name: 'confirm',
      action: 'aws:executeScript',
      inputs: { Runtime: 'python3.11', Handler: 'confirm', Script: confirmScript, InputPayload: { answer } },
      outputs: [{ Name: 'answer', Selector: '$.Payload.answer', Type: 'String' }],
    },
    operator,
    {} as never,
  );

describe.runIf(hasPython)('the last step of a document', () => {
  test.each<[string, unknown]>([
    ['as text', JSON.stringify({ v: 1, result: 'done', recorded: true, answer: { moved: 3 } })],
    ['as an object', { v: 1, result: 'done', recorded: true, answer: { moved: 3 } }],
  ])('shows what was done, whether the answer comes %s', async (_, answer) => {
    expect(await confirmed(answer)).toEqual({ answer: '{"moved": 3}' });
  });

  test('shows that the record of the end is missing', async () => {
    const answer = JSON.stringify({ v: 1, result: 'done', recorded: false, answer: {} });
    expect(await confirmed(answer)).toEqual({ answer: 'Done, but the record of the end is missing: {}' });
  });

  test.each<[string, unknown, string]>([
    ['a refusal', { v: 1, result: 'refused', code: 'proof-late', words: 'Nothing was done.' }, 'Nothing was done.'],
    ['a refusal without words', { v: 1, result: 'refused', code: 'proof-late' }, 'proof-late'],
    ['a failure', { v: 1, result: 'failed', recorded: true, words: 'There is no lane x.' }, 'There is no lane x.'],
    ['a crash', { errorType: 'Runtime.ExitError', errorMessage: 'x' }, 'The audit shows whether it acted.'],
    ['nothing', null, 'NoneType'],
    ['no JSON', '<html>', 'JSONDecodeError'],
  ])('fails after %s, and its failure message has the cause', async (_, answer, words) => {
    const sent = typeof answer === 'string' ? answer : JSON.stringify(answer);
    await expect(confirmed(sent)).rejects.toThrow(words);
  });
});

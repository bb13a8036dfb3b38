import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { config } from '../../examples/configuration.ts';
import { requestStates } from '../../lambdas/domain/http/answers.ts';
import { longestWaitSeconds } from '../../lambdas/domain/http/headers.ts';
import { mostValidKeys } from '../../lambdas/domain/http/keys.ts';
import { problemBody } from '../../lambdas/domain/http/problem.ts';
import { problemTypes } from '../../lambdas/domain/http/problems.ts';
import { mostBodyBytes, mostCommands } from '../../lambdas/http-api/body.ts';
import { notSent } from '../../lambdas/http-api/list.ts';
import { answers, commandBodies, keyedExample } from '../../schemas/openapi/examples.ts';
import { operations } from '../../schemas/openapi/operations.ts';

const page = readFileSync(new URL('../../docs/http.md', import.meta.url), 'utf8');

/** The cells of each row of the table with this head. */
function rowsUnder(head: string): string[][] {
  const table = page.slice(page.indexOf(`\n${head}`) + 1).split('\n\n')[0] ?? '';
  const rows = table.trim().split('\n').slice(2);
  return rows.map((row) => row.split(' | ').map((cell) => cell.replaceAll(/^\| | \|$/g, '').trim()));
}

const json = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, text = '']) => JSON.parse(text));
/** The bodies of the curl examples. */
const bodies = [...page.matchAll(/-d '(.*?)'/gs)].map(([, text = '']) => JSON.parse(text));

describe('docs/http.md', () => {
  test('lists each problem type as the code has it, and no other', () => {
    expect(rowsUnder('| Problem | Status |')).toEqual(
      Object.entries(problemTypes).map(([name, { status, meaning, fix }]) => [
        `\`${name}\``,
        String(status),
        meaning,
        fix,
      ]),
    );
  });

  test('lists each operation of the OpenAPI document, and no other', () => {
    expect(rowsUnder('| Operation | Does |').map(([operation]) => operation)).toEqual(
      operations.map(({ method, path }) => `\`${method.toUpperCase()} ${path}\``),
    );
  });

  test('lists each state of a request, and no other', () => {
    expect(rowsUnder('| `status` |').map(([state]) => state)).toEqual(requestStates.map((state) => `\`${state}\``));
  });

  test('shows the bodies of the OpenAPI document', () => {
    const { requestId: _, ...create } = commandBodies['one link per customer'];
    expect(bodies).toEqual([
      create,
      commandBodies['a list'].map(({ requestId, data: { pid } }) => ({
        requestId,
        action: 'create',
        onelinkId: 'A1b3',
        data: { pid },
      })),
      keyedExample.body,
    ]);
  });

  test('shows the answers of the OpenAPI document', () => {
    const place = {
      base: 'https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/live',
      callId: '5a0f3e9c-7f0e-4c55-9d43-6a2c0c1f2b7e',
    };
    const errors = [{ pointer: '#/data/pid', rule: 'required', detail: 'is mandatory' }];
    expect(page.replaceAll(/\s+/g, '')).toContain(`"qr":${JSON.stringify(answers.codePending.qr)}`);
    const ofSecond = [{ pointer: '#/1/data/pid', rule: 'required', detail: 'is mandatory' }];
    expect(answers.partialList.commands[1]?.problem).toEqual(
      problemBody('invalid-command', { errors: ofSecond, detail: notSent }, place),
    );
    expect(json).toEqual([answers.done, answers.partialList, problemBody('invalid-command', { errors }, place)]);
  });

  test('publishes the deduplication window, the limits of waiting and of keys', () => {
    const days = config.stages.production?.pipelines[0]?.deduplicationWindowDays;
    expect(page).toContain(`remembered for the deduplication window: ${days} days.`);
    expect(page).toContain(`lets the call wait up to N seconds, ${longestWaitSeconds} at most:`);
    expect([mostBodyBytes, mostCommands]).toEqual([1_048_576, 100]);
    expect(page).toContain('| Body of a call | 1,048,576 bytes |');
    expect(page).toContain('| Commands in a list | 100 |');
    expect(mostValidKeys).toBe(2);
    expect(page).toContain('Two keys of a source are valid at a time.');
  });
});

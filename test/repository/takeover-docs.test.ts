import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { reportStatuses } from '../../cli/commands/takeover/report-words.ts';
import { classes } from '../../cli/pipeline/takeover/classes.ts';
import { onelinkProgram } from '../../cli/program.ts';

const text = readFileSync(new URL('../../docs/takeover.md', import.meta.url), 'utf8');
const firstCells = (head: string) => {
  const lines = text.slice(text.indexOf(head)).split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return lines.slice(2, end).map((line) => /`([^`]+)`/.exec(line)?.[1]);
};

describe('docs/takeover.md', () => {
  test('lists every class of a row and no other', () => {
    expect(firstCells('| Class | The row |').sort()).toEqual([...classes].sort());
  });

  test('lists every status of a report and no other', () => {
    expect(firstCells('| Status | The link |').sort()).toEqual([...reportStatuses].sort());
  });

  test('names options that the verbs have', () => {
    const verbs = onelinkProgram().commands.filter((verb) => ['takeover', 'campaign'].includes(verb.name()));
    expect(verbs).toHaveLength(2);
    const known = new Set(
      verbs.flatMap(({ commands }) => commands.flatMap(({ options }) => options.map((one) => one.long))),
    );
    const named = new Set([...text.matchAll(/--[a-z]+(?:-[a-z]+)*/g)].map(([option]) => option));
    named.delete('--keep');
    expect([...named].filter((option) => !known.has(option))).toEqual([]);
  });
});

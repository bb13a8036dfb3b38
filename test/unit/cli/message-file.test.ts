import { describe, expect, test } from 'vitest';
import { readMessages } from '../../../bin/client/message-file.ts';

describe('readMessages', () => {
  test('takes each line of NDJSON as it stands, and leaves blank ones out', () => {
    expect(readMessages('{"a": 1}\n\n  \r\n{"b":2}\n')).toEqual([
      { line: 1, body: '{"a": 1}' },
      { line: 4, body: '{"b":2}' },
    ]);
  });

  test('takes each element of a JSON array', () => {
    expect(readMessages('[\n  {"a": 1},\n  {"b": 2}\n]')).toEqual([
      { line: 1, body: '{"a":1}' },
      { line: 2, body: '{"b":2}' },
    ]);
  });

  test('takes a single JSON object over several lines', () => {
    expect(readMessages('{\n  "a": 1\n}\n')).toEqual([{ line: 1, body: '{"a":1}' }]);
  });

  test('says by line what is not JSON, without quoting it', () => {
    const [, second, third] = readMessages('{"a":1}\n{"token":"secret"\n[]\n');
    expect(second?.fault).toMatch(/^is not JSON/);
    expect(second?.fault).not.toContain('secret');
    expect(third).toEqual({ line: 3, body: '[]', fault: 'is not a JSON object' });
  });

  test('an empty file holds nothing', () => {
    expect(readMessages('\n \n')).toEqual([]);
  });
});

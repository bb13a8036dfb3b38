import { expect, it } from 'vitest';
import * as z from 'zod';
import { checked } from '../../../../local/onelink-api/control-error.ts';

it('Given more faults in one value than zod can report, Then the refusal names that limit', () => {
  const schema = z.array(z.array(z.string()));
  expect(() => checked(schema, [[1, 'a']])).toThrow('0.0: Invalid input: expected string, received number');
  expect(() => checked(schema, [Array.from({ length: 200_000 }, () => 1)])).toThrow(
    'body: has too many faults to list',
  );
});

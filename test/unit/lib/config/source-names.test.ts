import fc from 'fast-check';
import { expect, test } from 'vitest';
import { outcomeQueueOutput, pascalSource, sourceOfPascal } from '../../../../lib/config/source-names.ts';

test.each([
  ['crm', 'Crm'],
  ['crm-eu', 'CrmEu'],
  ['crm2', 'Crm2'],
  ['crm-2', 'CrmZ2d2'],
  ['crm.eu', 'CrmZ2eeu'],
  ['crm_eu', 'CrmZ5feu'],
  ['CRM', 'Z43Z52Z4d'],
  ['zoo', 'Zzoo'],
  ['a-z', 'AZz'],
  ['7up', '7up'],
])('the source %s is %s in the names of outputs', (source, name) => {
  expect(pascalSource(source)).toBe(name);
  expect(sourceOfPascal(name)).toBe(source);
  expect(outcomeQueueOutput(source)).toBe(`${name}OutcomeQueueUrl`);
});

test('no two sources share an output, and CloudFormation accepts each', () => {
  const source = fc.stringMatching(/^[a-bz0-2ZA][az.\-_2eZA]{0,5}$/);
  fc.assert(
    fc.property(source, source, (one, other) => {
      expect(pascalSource(one)).toMatch(/^[A-Za-z0-9]+$/);
      expect(sourceOfPascal(pascalSource(one))).toBe(one);
      expect(pascalSource(one) === pascalSource(other)).toBe(one === other);
    }),
    { seed: 20260301, numRuns: 2_000 },
  );
});

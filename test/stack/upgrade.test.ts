import { describe, expect, test } from 'vitest';
import { config } from '../../examples/configuration.ts';
import type { Configuration } from '../../lib/config/config-schema.ts';
import { isRecording, record, released } from '../world/release-record.ts';
import { configuredApp } from './configured-app.ts';
import { lostBy, type Stateful, statefulIn } from './stateful-resources.ts';
import { strict } from './strict-stage.ts';

type Left = Record<string, { state: Record<string, Stateful>; pipeline: Record<string, Stateful> }>;

const configurations: [string, Configuration][] = [
  ['without a landing zone', config],
  ['in a strict landing zone', strict],
];
const leftBy = (configuration: Configuration) => {
  const { stateTemplate, template } = configuredApp(configuration);
  return { state: statefulIn(stateTemplate), pipeline: statefulIn(template) };
};
const now: Left = Object.fromEntries(configurations.map(([name, configuration]) => [name, leftBy(configuration)]));
if (isRecording) record('resources', now);
const before = released<Left>('resources');

describe.each(configurations)('an upgrade of a stage %s', (name) => {
  test('replaces and loses nothing in the state stack', () => {
    expect(Object.keys(before[name]?.state ?? {})).toContain('Ledger');
    expect(lostBy(before[name]?.state ?? {}, now[name]?.state ?? {})).toEqual([]);
  });

  test('replaces and loses no queue, topic, subscription, role, policy or address of the pipeline', () => {
    expect(Object.keys(before[name]?.pipeline ?? {}).length).toBeGreaterThan(40);
    expect(lostBy(before[name]?.pipeline ?? {}, now[name]?.pipeline ?? {})).toEqual([]);
  });
});

describe('the comparison', () => {
  const table = { type: 'AWS::DynamoDB::Table', replacing: { KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }] } };
  const secret = { type: 'AWS::SecretsManager::Secret', replacing: { GenerateSecretString: { PasswordLength: 64 } } };
  test.each([
    ['a new resource', { Ledger: table }, { Ledger: table, Other: secret }, []],
    [
      'a new logical ID',
      { Ledger: table },
      { Ledger2: table },
      ['Ledger (AWS::DynamoDB::Table) is gone: a new logical ID makes a new, empty resource'],
    ],
    [
      'another key',
      { Ledger: table },
      { Ledger: { ...table, replacing: { KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }] } } },
      ['Ledger (AWS::DynamoDB::Table) changes KeySchema, and CloudFormation would replace it'],
    ],
    [
      'a name where there was none',
      { Ledger: table },
      { Ledger: { ...table, replacing: { ...table.replacing, TableName: 'ledger' } } },
      ['Ledger (AWS::DynamoDB::Table) changes TableName, and CloudFormation would replace it'],
    ],
    [
      'another first value of a secret',
      { S: secret },
      { S: { ...secret, replacing: { GenerateSecretString: { PasswordLength: 32 } } } },
      ['S (AWS::SecretsManager::Secret) changes GenerateSecretString, and CloudFormation would replace it'],
    ],
    ['another type', { S: table }, { S: secret }, ['S is AWS::SecretsManager::Secret, and was AWS::DynamoDB::Table']],
  ])('of %s finds what is lost', (_, was, is, lost) => {
    expect(lostBy(was, is)).toEqual(lost);
  });
});

import { describe, expect, test } from 'vitest';
import { decide, noValue, resolve, type Scope } from '../../../../local/cloud/assembly/intrinsics.ts';

const scope: Scope = {
  ref: (name) => {
    const known: Record<string, unknown> = {
      'AWS::Region': 'eu-west-1',
      Lane: 'https://sqs/lane',
      'AWS::NoValue': noValue,
    };
    if (!(name in known)) throw new Error(`no ${name}`);
    return known[name];
  },
  attribute: (logicalId, attribute) => `${logicalId}:${attribute}`,
  condition: (name) => name === 'IsProduction',
  mapping: (name, key, secondKey) => `${name}/${key}/${secondKey}`,
  imported: (exportName) => `imported ${exportName}`,
};

describe('intrinsic functions', () => {
  test.each([
    ['a plain value stays', { a: [1, 'two', true, null] }, { a: [1, 'two', true, null] }],
    ['Ref', { Ref: 'Lane' }, 'https://sqs/lane'],
    ['Fn::GetAtt as a list', { 'Fn::GetAtt': ['Lane', 'Arn'] }, 'Lane:Arn'],
    ['Fn::GetAtt as a text', { 'Fn::GetAtt': 'Lane.Stream.Arn' }, 'Lane:Stream.Arn'],
    ['Fn::Join', { 'Fn::Join': ['', ['arn:aws:sqs:', { Ref: 'AWS::Region' }, ':1:x']] }, 'arn:aws:sqs:eu-west-1:1:x'],
    ['Fn::Sub', { 'Fn::Sub': `\${AWS::Region}-\${Lane.Arn}-\${!Literal}` }, `eu-west-1-Lane:Arn-\${Literal}`],
    [
      'Fn::Sub with variables',
      { 'Fn::Sub': [`\${Name}@\${AWS::Region}`, { Name: { Ref: 'Lane' } }] },
      'https://sqs/lane@eu-west-1',
    ],
    ['Fn::Select of Fn::Split', { 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
    ['Fn::Select with the index as text', { 'Fn::Select': ['0', ['x', 'y']] }, 'x'],
    ['Fn::ImportValue', { 'Fn::ImportValue': { 'Fn::Sub': `State:\${AWS::Region}` } }, 'imported State:eu-west-1'],
    ['Fn::FindInMap', { 'Fn::FindInMap': ['Limits', { Ref: 'AWS::Region' }, 'rate'] }, 'Limits/eu-west-1/rate'],
    ['Fn::If resolves one branch and ignores the other', { 'Fn::If': ['IsProduction', 1, { Ref: 'Nobody' }] }, 1],
    ['AWS::NoValue removes a property', { a: { Ref: 'AWS::NoValue' }, b: [1, { Ref: 'AWS::NoValue' }] }, { b: [1] }],
    [
      'a Condition of an IAM statement is not an intrinsic function',
      { Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::Region' } } } },
      { Condition: { StringEquals: { 'aws:SourceAccount': 'eu-west-1' } } },
    ],
  ])('%s', (_, value, expected) => {
    expect(resolve(value, scope)).toEqual(expected);
  });

  test.each([
    [{ 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] }, true],
    [{ 'Fn::Not': [{ Condition: 'IsProduction' }] }, false],
    [{ 'Fn::And': [{ Condition: 'IsProduction' }, { 'Fn::Equals': ['a', 'b'] }] }, false],
    [{ 'Fn::Or': [{ Condition: 'IsProduction' }, { 'Fn::Equals': ['a', 'b'] }] }, true],
  ])('the condition %j is %j', (condition, expected) => {
    expect(decide(condition, scope)).toBe(expected);
  });

  test.each([
    [{ 'Fn::Cidr': ['10.0.0.0/8', 2, 8] }, 'Fn::Cidr is not implemented here'],
    [{ Ref: 'Nobody' }, 'no Nobody'],
    [{ 'Fn::Select': [7, ['a']] }, 'no entry 7'],
  ])('%j is refused', (value, message) => {
    expect(() => resolve(value, scope)).toThrow(message);
  });
});

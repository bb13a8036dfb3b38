import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { config as twoBrands } from '../../examples/two-brands.ts';
import type { Configuration } from '../../lib/config/config-schema.ts';
import { validateConfiguration } from '../../lib/config/config-validation.ts';
import { addStage } from '../../lib/stacks/stages.ts';
import { emptyApp } from './configured-app.ts';

/** The governor's environment and the statements of its role, of one pipeline of the configuration. */
function governorOf(name: string, configuration: Configuration = twoBrands) {
  const app = emptyApp();
  addStage(app, validateConfiguration(configuration), 'production');
  const stack = app.node.findChild(`${name}-production`);
  if (!(stack instanceof Stack)) return expect.fail(`no stack ${name}`);
  const template = Template.fromStack(stack);
  const only = (type: string) => {
    const [found] = Object.entries(template.findResources(type)).filter(([id]) => id.startsWith('PipelineGovernor'));
    return found?.[1].Properties ?? expect.fail(`the governor has no ${type}`);
  };
  const policies = only('AWS::IAM::Role').Policies;
  return {
    variables: only('AWS::Lambda::Function').Environment.Variables as Record<string, unknown>,
    statements: policies.flatMap((one: { PolicyDocument: { Statement: unknown[] } }) => one.PolicyDocument.Statement),
  };
}

const ledgerOf = (name: string) => new RegExp(`${name}-production-State:ExportsOutputRefLedger`);

describe('a pipeline of two brands on one account', () => {
  test('has its share of the month’s quota', () => {
    expect(governorOf('Acme').variables.MONTHLY_SHARE_CALLS).toBe('4500000');
    expect(governorOf('Globex').variables.MONTHLY_SHARE_CALLS).toBe('3000000');
  });

  test('knows the ledger and the lanes of the other one', () => {
    const { SIBLINGS } = governorOf('Globex').variables;
    expect(JSON.stringify(SIBLINGS)).toMatch(ledgerOf('Acme'));
    expect(JSON.stringify(SIBLINGS)).toContain('\\"lanes\\":[\\"transactional\\",\\"campaign\\",\\"expiry\\"]');
    expect(JSON.stringify(SIBLINGS)).not.toMatch(ledgerOf('Globex'));
  });

  test('may read the other one’s counts of calls, and nothing else of it', () => {
    const { statements } = governorOf('Globex');
    const ofOthers = statements.filter((one: unknown) => JSON.stringify(one).includes('Acme-production-State'));
    expect(ofOthers).toEqual([
      {
        Effect: 'Allow',
        Action: 'dynamodb:BatchGetItem',
        Resource: { 'Fn::ImportValue': expect.stringMatching(/^Acme-production-State:ExportsOutputFnGetAttLedgerArn/) },
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['spent#*'] } },
      },
    ]);
  });

  test('may use the other one’s own key for that, through DynamoDB alone', () => {
    const { production } = twoBrands.stages;
    if (production === undefined) return expect.fail();
    const keyed = { ...twoBrands, stages: { production: { ...production, landingZone: { key: 'own' as const } } } };
    const { statements } = governorOf('Globex', keyed);
    const ofKey = statements.filter((one: unknown) =>
      JSON.stringify(one).includes('Acme-production-State:ExportsOutputFnGetAttKey'),
    );
    expect(ofKey).toMatchObject([
      {
        Action: ['kms:Decrypt', 'kms:DescribeKey'],
        Condition: { StringEquals: { 'kms:ViaService': expect.anything() } },
      },
    ]);
  });

  test('counts a brand on another account as a stranger', () => {
    const { production, ...stages } = twoBrands.stages;
    if (production === undefined) return expect.fail();
    const [first, second] = production.pipelines.map(({ monthlyQuotaShare: _, ...one }) => one);
    if (first === undefined || second === undefined) return expect.fail();
    const apart: Configuration = {
      ...twoBrands,
      stages: { ...stages, production: { ...production, pipelines: [first, { ...second, account: 'acmeStaging' }] } },
    };
    const { variables } = governorOf('Acme', apart);
    expect(variables).toMatchObject({ SIBLINGS: '[]' });
    expect(variables).not.toHaveProperty('MONTHLY_SHARE_CALLS');
  });
});

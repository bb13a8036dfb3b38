import { describe, expect, test } from 'vitest';
import { documentNamesOf, identitiesOf } from '../../cli/pipeline/stage-needs.ts';
import { config } from '../../examples/configuration.ts';
import { configuredApp } from './configured-app.ts';

/** The preflight calculates without a synthesis. So what it calculates must not be less than what a synthesis makes. */
describe('what a stage needs of the AWS account', () => {
  const { template, stateTemplate } = configuredApp();
  const settings = config.stages.production?.pipelines[0] ?? expect.fail('no pipeline');
  const stage = config.stages.production ?? expect.fail('no stage');
  const namesOf = (type: string) =>
    Object.values(template.findResources(type)).map(({ Properties }) => Properties.Name);

  test('covers each SSM document by its name, and few that the stack does not make', () => {
    const names = documentNamesOf('OneLink-production', stage);
    expect(names).toEqual(expect.arrayContaining(namesOf('AWS::SSM::Document')));
    expect(names.length - namesOf('AWS::SSM::Document').length).toBeLessThan(15);
  });

  test('covers roles and managed policies, with a dozen to spare at most', () => {
    const { roles, policies } = identitiesOf(settings);
    for (const [bound, type] of [
      [roles, 'AWS::IAM::Role'],
      [policies, 'AWS::IAM::ManagedPolicy'],
    ] as const) {
      const made =
        Object.keys(template.findResources(type)).length + Object.keys(stateTemplate.findResources(type)).length;
      expect(bound, type).toBeGreaterThanOrEqual(made);
      expect(bound - made, type).toBeLessThan(12);
    }
  });
});

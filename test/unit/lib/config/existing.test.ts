import { describe, expect, test } from 'vitest';
import { config as twoBrands } from '../../../../examples/two-brands.ts';
import type { PipelineSettings } from '../../../../lib/config/config-schema.ts';
import { validateConfiguration } from '../../../../lib/config/config-validation.ts';
import { sharedExistingFaults } from '../../../../lib/config/existing.ts';
import { faultsOf as configurationFaults } from '../../../world/configuration-faults.ts';

const aws = { account: '111122223333', region: 'eu-central-1' };
const stream = (table: string, partition = 'aws') =>
  `arn:${partition}:dynamodb:eu-central-1:111122223333:table/${table}/stream/2026-11-27T10:00:00.000`;
const secret = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:LinkIdSecret-AbCdEf';

/** The faults of two brands with these existing parts. */
function faultsOf(
  first: PipelineSettings['existing'],
  second: PipelineSettings['existing'] = undefined,
  removalPolicy: 'retain' | 'destroy' = 'retain',
): readonly string[] {
  const { production } = twoBrands.stages;
  const [acme, globex] = production?.pipelines ?? [];
  if (production === undefined || acme === undefined || globex === undefined) return expect.fail();
  const pipelines = [
    { ...acme, ...(first && { existing: first }) },
    { ...globex, ...(second && { existing: second }) },
  ];
  return configurationFaults({
    ...twoBrands,
    stages: { production: { ...production, aws, removalPolicy, pipelines } },
  });
}

const at = (index: number) => `stages.production.pipelines[${index}].existing`;

describe('existing parts of two brands', () => {
  test('may differ', () => {
    expect(faultsOf({ names: { ledger: 'acme', archive: 'acme-archive' } }, { names: { ledger: 'globex' } })).toEqual(
      [],
    );
    expect(faultsOf({ ledgerStreamArn: stream('acme') }, { ledgerStreamArn: stream('globex') })).toEqual([]);
  });

  test('may not be one ledger, however it is named', () => {
    expect(faultsOf({ names: { ledger: 'one' } }, { names: { ledger: 'one' } })).toEqual([
      `${at(1)}.names.ledger: must not be that of pipelines[0].existing.names.ledger as well; got "one"`,
    ]);
    expect(faultsOf({ names: { ledger: 'one' } }, { ledgerStreamArn: stream('one') })).toEqual([
      `${at(1)}.ledgerStreamArn: must not be that of pipelines[0].existing.names.ledger as well; got "one"`,
    ]);
    expect(faultsOf({ ledgerStreamArn: stream('one') }, { ledgerStreamArn: stream('one') })).toEqual([
      `${at(1)}.ledgerStreamArn: must belong to one pipeline alone, because two governors would steer one ledger; got "${stream('one')}"`,
    ]);
  });

  test('may not be one bucket, nor one secret', () => {
    expect(faultsOf({ names: { archive: 'one', qrImages: 'one' } })).toEqual([
      `${at(0)}.names.archive: must not be that of pipelines[0].existing.names.qrImages as well; got "one"`,
    ]);
    expect(faultsOf({ linkIdSecretArn: secret }, { linkIdSecretArn: secret })).toEqual([
      `${at(1)}.linkIdSecretArn: must belong to one pipeline alone, because both would derive link IDs from one secret; got "${secret}"`,
    ]);
  });

  test('may not be deleted together with a stack', () => {
    expect(faultsOf({ names: { ledger: 'acme' } }, undefined, 'destroy')).toEqual([
      `${at(0)}.names.ledger: must be left out with removalPolicy destroy, which would delete it together with the stack; got "acme"`,
    ]);
  });

  test('must be in the partition of the stage', () => {
    expect(faultsOf({ ledgerStreamArn: stream('acme', 'aws-cn') })).toEqual([
      expect.stringContaining('must be in the stage’s AWS account 111122223333 and region eu-central-1'),
    ]);
  });
});

describe('existing parts of two stages', () => {
  const faultsOfStages = (
    one: PipelineSettings['existing'],
    other: PipelineSettings['existing'],
    otherAws: typeof aws | undefined = aws,
  ): readonly string[] => {
    const { production = expect.fail('no production') } = twoBrands.stages;
    const [acme = expect.fail('no pipeline')] = production.pipelines;
    const stageOf = (existing: PipelineSettings['existing'], home: typeof aws | undefined) => ({
      ...production,
      ...(home && { aws: home }),
      pipelines: [{ ...acme, existing }],
    });
    const stages = { staging: stageOf(one, aws), production: stageOf(other, otherAws) };
    return sharedExistingFaults(stages);
  };
  const path = 'stages.production.pipelines[0].existing';
  const before = 'stages.staging.pipelines[0].existing';

  test('may not be one table', () => {
    expect(faultsOfStages({ ledgerStreamArn: stream('one') }, { ledgerStreamArn: stream('one') })).toEqual([
      `${path}.ledgerStreamArn: must not be that of ${before}.ledgerStreamArn as well; got "one"`,
    ]);
    expect(faultsOfStages({ names: { ledger: 'one' } }, { ledgerStreamArn: stream('one') })).toEqual([
      `${path}.ledgerStreamArn: must not be that of ${before}.names.ledger as well; got "one"`,
    ]);
  });

  test('may have a table of one name in two AWS accounts or regions, if both stages are bound', () => {
    const named = { names: { ledger: 'one' } };
    expect(faultsOfStages(named, named, { account: '222233334444', region: 'eu-central-1' })).toEqual([]);
    expect(faultsOfStages(named, named, { account: '111122223333', region: 'eu-west-1' })).toEqual([]);
    expect(faultsOfStages(named, named, undefined)).toHaveLength(1);
  });

  test('may not be one bucket, wherever the stages are, nor one secret', () => {
    const far = { account: '222233334444', region: 'eu-west-1' };
    expect(faultsOfStages({ names: { archive: 'one' } }, { names: { qrImages: 'one' } }, far)).toEqual([
      `${path}.names.qrImages: must not be that of ${before}.names.archive as well; got "one"`,
    ]);
    expect(faultsOfStages({ linkIdSecretArn: secret }, { linkIdSecretArn: secret })).toHaveLength(1);
  });

  test('are among the faults of the configuration', () => {
    const { production = expect.fail('no production') } = twoBrands.stages;
    const [acme, globex] = production.pipelines;
    const existing = { ledgerStreamArn: stream('one') };
    const stages = {
      staging: { ...production, aws, pipelines: [{ ...acme, existing }] },
      production: { ...production, aws, pipelines: [{ ...globex, existing }] },
    };
    expect(() => validateConfiguration({ ...twoBrands, stages })).toThrow(
      `${path}.ledgerStreamArn: must not be that of ${before}.ledgerStreamArn as well; got "one"`,
    );
  });
});

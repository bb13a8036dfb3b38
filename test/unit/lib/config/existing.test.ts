import { describe, expect, test } from 'vitest';
import { config as twoBrands } from '../../../../examples/two-brands.ts';
import type { PipelineSettings } from '../../../../lib/config/config-schema.ts';
import { validateConfiguration } from '../../../../lib/config/config-validation.ts';
import { ConfigurationError } from '../../../../lib/config/configuration-error.ts';

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
  try {
    validateConfiguration({ ...twoBrands, stages: { production: { ...production, aws, removalPolicy, pipelines } } });
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
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

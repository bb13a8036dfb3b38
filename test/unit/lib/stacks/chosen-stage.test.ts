import { describe, expect, test } from 'vitest';
import { config } from '../../../../examples/configuration.ts';
import type { Configuration } from '../../../../lib/config/config-schema.ts';
import { chosenStage } from '../../../../lib/stacks/chosen-stage.ts';

const { production, staging } = config.stages;
if (!production || !staging) throw new Error('the sample has two stages');

const placed = (deployedFrom?: string[]): Configuration => ({
  ...config,
  stages: {
    production: {
      ...production,
      aws: { account: '111122223333', region: 'eu-central-1', ...(deployedFrom && { deployedFrom }) },
    },
    staging,
  },
});

describe('the stage of a synthesis', () => {
  test('is the one that is named', () => {
    expect(chosenStage(config, 'staging', '999988887777')).toBe('staging');
  });

  test.each([undefined, ''])('is refused if none is named: %j', (given) => {
    expect(() => chosenStage(config, given, undefined)).toThrow(
      'Name the stage, one of production, staging: npx cdk deploy --all -c stage=staging',
    );
  });

  test.each(['prod', 'constructor', '__proto__', ['production'], 7])(
    'is refused if nobody configured it: %j',
    (given) => {
      expect(() => chosenStage(config, given, undefined)).toThrow(
        'must be one of the configured stages (production, staging); got ',
      );
    },
  );

  test('is refused with credentials of another AWS account, and the remedy is named', () => {
    expect(() => chosenStage(placed(), 'production', '999988887777')).toThrow(
      'The stage production belongs to the AWS account 111122223333 (stages.production.aws), and the credentials are of ' +
        '999988887777. Use credentials of 111122223333. If 999988887777 deploys to it, add 999988887777 to ' +
        'stages.production.aws.deployedFrom.',
    );
  });

  test.each([
    ['111122223333', undefined],
    ['999988887777', ['999988887777']],
    [undefined, undefined],
  ])('is accepted with credentials of %s, deployed from %j', (current, deployedFrom) => {
    expect(chosenStage(placed(deployedFrom), 'production', current)).toBe('production');
  });
});

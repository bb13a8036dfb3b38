import { expect } from 'vitest';
import { config } from '../../examples/configuration.ts';
import type { Configuration, LandingZone, PipelineSettings } from '../../lib/config/config-schema.ts';

const production = config.stages.production ?? expect.fail('no production');
const settings = production.pipelines[0] ?? expect.fail('no pipeline');

/** Everything that a platform team and a security team can demand. */
export const strictZone = {
  permissionsBoundary: 'arn:aws:iam::111122223333:policy/acme/Boundary',
  iamPath: '/acme/onelink/',
  namePrefix: 'acme-',
  bootstrapQualifier: 'acmecdk',
  accessLogBucket: 'acme-access-logs',
  linkIdSecretReplica: {
    region: 'eu-west-1',
    keyArn: 'arn:aws:kms:eu-west-1:111122223333:key/12345678-90ab-cdef-1234-567890abcdef',
  },
  keepQueues: true,
  key: 'own',
  network: {
    vpcId: 'vpc-0123456789abcdef0',
    subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
    endpoints: { routeTableIds: ['rtb-0123456789abcdef0'] },
    apiProxyUrl: 'http://proxy.acme.example:3128',
  },
} satisfies LandingZone;

/** The sample's production stage, in a landing zone. */
export const inZone = (
  landingZone: LandingZone,
  region = 'eu-central-1',
  changes: Partial<PipelineSettings> = {},
): Configuration => ({
  ...config,
  stages: {
    production: {
      ...production,
      aws: { account: '111122223333', region },
      landingZone,
      logRetentionDays: 3653,
      pipelines: [{ ...settings, ...changes }],
    },
  },
});

export const strict = inZone(strictZone);

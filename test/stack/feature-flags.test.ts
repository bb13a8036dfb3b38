import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';

const read = (path: string | URL) => JSON.parse(readFileSync(path, 'utf8'));

/** Flags for which this app chooses another value than CDK recommends. */
const ownChoices = {
  // The app supports only AWS's commercial regions.
  '@aws-cdk/core:target-partitions': ['aws'],
  // CloudFormation refuses to remove an export that another stack imports.
  '@aws-cdk/core:defaultCrossStackReferences': 'strong',
};

test('cdk.json sets each feature flag that the installed CDK recommends', () => {
  const recommended = read(createRequire(import.meta.url).resolve('aws-cdk-lib/recommended-feature-flags.json'));
  const { context } = read(new URL('../../cdk.json', import.meta.url));
  expect(context).toMatchObject({ ...recommended, ...ownChoices });
});

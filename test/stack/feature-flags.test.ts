import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';

const read = (path: string | URL) => JSON.parse(readFileSync(path, 'utf8'));

/** Where this app wants something else than CDK recommends. */
const ownChoices = {
  // The app is for AWS's commercial regions only.
  '@aws-cdk/core:target-partitions': ['aws'],
  // CloudFormation refuses to remove what another stack imports.
  '@aws-cdk/core:defaultCrossStackReferences': 'strong',
};

test('Given the feature flags that the installed CDK recommends, cdk.json sets each of them', () => {
  const recommended = read(createRequire(import.meta.url).resolve('aws-cdk-lib/recommended-feature-flags.json'));
  const { context } = read(new URL('../../cdk.json', import.meta.url));
  expect(context).toMatchObject({ ...recommended, ...ownChoices });
});

import { App } from 'aws-cdk-lib';
import { config } from '../lib/config.ts';
import { ConfigurationError, validateConfiguration } from '../lib/config-schema.ts';
import { addStages } from '../lib/stages.ts';

/** `cdk synth` makes every stage; `cdk synth -c stage=production` makes one. */
const app = new App({ analyticsReporting: false });
const only: unknown = app.node.tryGetContext('stage');

try {
  const plans = addStages(app, validateConfiguration(config), typeof only === 'string' ? only : undefined);
  console.error(plans.join('\n'));
  console.error(
    'A new AWS account may have a quota of 10 concurrent executions, and 100 must stay unreserved:' +
      ' see Service Quotas, Lambda, before the first deployment.',
  );
  app.synth();
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  // The faults are the whole message; where in the code they were found helps nobody.
  console.error(error.message);
  process.exitCode = 1;
}

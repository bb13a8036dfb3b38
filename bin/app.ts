import { App } from 'aws-cdk-lib';
import { config, configFile } from '../lib/config/chosen-config.ts';
import { ConfigurationError, validateConfiguration } from '../lib/config/config-validation.ts';
import { addStages, NoSuchStage } from '../lib/stacks/stages.ts';

/** `cdk synth` makes every stage; `cdk synth -c stage=production` makes one. All of them are checked either way. */
try {
  const configuration = validateConfiguration(config, configFile);
  const app = new App({ analyticsReporting: false });
  const only: unknown = app.node.tryGetContext('stage');
  const plans = addStages(app, configuration, typeof only === 'string' ? only : undefined);
  console.error(plans.join('\n'));
  console.error(
    'A new AWS account may run only 10 Lambda environments, and 100 must stay unreserved: check the quota.',
  );
} catch (error) {
  if (!(error instanceof ConfigurationError) && !(error instanceof NoSuchStage)) throw error;
  // The CDK ends with 1 whatever this process ends with. The faults are the whole message; where in the code they were found helps nobody.
  console.error(error.message);
  process.exitCode = 1;
}

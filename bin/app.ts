import { App } from 'aws-cdk-lib';
import { config, configFile } from '../lib/config/chosen-config.ts';
import { validateConfiguration } from '../lib/config/config-validation.ts';
import { ConfigurationError } from '../lib/config/configuration-error.ts';
import { addStages, NoSuchStage } from '../lib/stacks/stages.ts';

/** `cdk synth` makes all stages. `cdk synth -c stage=production` makes one. Both check all stages. */
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
  // A stack trace would not help: the faults are the whole message. The CDK ends with 1, whichever code this process ends with.
  // A construct does not know which file the configuration is from.
  console.error(
    error instanceof NoSuchStage ? error.message : new ConfigurationError(error.faults, configFile).message,
  );
  process.exitCode = 1;
}

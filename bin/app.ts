import { App } from 'aws-cdk-lib';
import { config, configFile } from '../lib/config/chosen-config.ts';
import { validateConfiguration } from '../lib/config/config-validation.ts';
import { ConfigurationError } from '../lib/config/configuration-error.ts';
import { chosenStage, isFirst, protectionWords, StageRefused } from '../lib/stacks/chosen-stage.ts';
import { addStage } from '../lib/stacks/stages.ts';

/** `cdk … -c stage=production` makes the stacks of one stage. It checks all stages. */
try {
  const configuration = validateConfiguration(config, configFile);
  const app = new App({ analyticsReporting: false });
  // The local run has one AWS account and region of its own.
  const isLocal = app.node.tryGetContext('local') === 'true';
  const currentAccount = isLocal ? undefined : process.env.CDK_DEFAULT_ACCOUNT;
  const stage = chosenStage(configuration, app.node.tryGetContext('stage'), currentAccount);
  const first = isFirst(app.node.tryGetContext('first'));
  console.error(addStage(app, configuration, stage, { anywhere: isLocal, first }).join('\n'));
  if (configuration.stages[stage]?.removalPolicy === 'retain') console.error(protectionWords(first));
  console.error(
    'A new AWS account may run only 10 Lambda environments, and 100 must stay unreserved: check the quota.',
  );
} catch (error) {
  if (!(error instanceof ConfigurationError) && !(error instanceof StageRefused)) throw error;
  // A stack trace would not help: the faults are the whole message. The CDK ends with 1, whichever code this process ends with.
  // A construct does not know which file the configuration is from.
  console.error(
    error instanceof StageRefused ? error.message : new ConfigurationError(error.faults, configFile).message,
  );
  process.exitCode = 1;
}

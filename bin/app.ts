import { App } from 'aws-cdk-lib';
import { validateConfiguration } from '../lib/config/config-validation.ts';
import { chosenStage, isFirst, protectionWords } from '../lib/stacks/chosen-stage.ts';
import { addStage } from '../lib/stacks/stages.ts';
import { endWithFaults, synthesize } from '../lib/stacks/synthesis.ts';

/** `cdk … -c stage=production` makes the stacks of one stage. It checks all stages. */
let file: string | undefined;
try {
  // Not above: a file that cannot be read is a fault of the configuration as well.
  const { config, configFile } = await import('../lib/config/chosen-config.ts');
  file = configFile;
  const configuration = validateConfiguration(config, configFile);
  const app = new App({ analyticsReporting: false, autoSynth: false });
  // The local run has one AWS account and region of its own.
  const isLocal = app.node.tryGetContext('local') === 'true';
  const currentAccount = isLocal ? undefined : process.env.CDK_DEFAULT_ACCOUNT;
  const stage = chosenStage(configuration, app.node.tryGetContext('stage'), currentAccount);
  const first = isFirst(app.node.tryGetContext('first'));
  const plans = addStage(app, configuration, stage, { anywhere: isLocal, first });
  synthesize(app);
  console.error(plans.join('\n'));
  if (configuration.stages[stage]?.removalPolicy === 'retain') console.error(protectionWords(first));
  console.error(
    'A new AWS account may run only 10 Lambda environments, and 100 must stay unreserved: check the quota.',
  );
} catch (error) {
  endWithFaults(error, file);
}

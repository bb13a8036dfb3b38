import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  endWithFaults,
  isFirst,
  OneLinkPipeline,
  StateStack,
  synthesize,
  validateConfiguration,
} from 'onelink-pipeline';
import { config } from './onelink.config.ts';

/** An app of your own, with a pipeline in a stack of its own for each stage, and a service that sends to it. */
try {
  const app = new App({ analyticsReporting: false, autoSynth: false });
  // With `-c first=true`, a first deployment that failed can be repeated. The next one without it protects the stacks.
  const first = isFirst(app.node.tryGetContext('first'));
  const { accounts, stages } = validateConfiguration(config, 'onelink.config.ts');

  for (const [name, stage] of Object.entries(stages)) {
    for (const settings of stage.pipelines) {
      const account = accounts[settings.account];
      if (account === undefined) continue; // validateConfiguration has refused it
      // `onelink` finds a pipeline's settings by this name of its stack.
      const serviceName = `${settings.name}-${name}`;
      const isProtected = stage.removalPolicy === 'retain' && !first;
      const state = new StateStack(app, `${serviceName}-State`, {
        settings,
        removalPolicy: stage.removalPolicy,
        terminationProtection: isProtected,
        suppressTemplateIndentation: true,
        deletionProtection: isProtected,
      });
      const stack = new Stack(app, serviceName, {
        terminationProtection: isProtected,
        suppressTemplateIndentation: true,
      });
      const pipeline = new OneLinkPipeline(stack, 'Pipeline', { serviceName, settings, account, stage, state });

      const shop = new Stack(app, `Shop-${name}`);
      const role = new Role(shop, 'Service', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
      pipeline.grantSend(role, 'transactional');
      // For the `senderId` of the producer `shop`: it exists after the first deployment of this stack.
      new CfnOutput(shop, 'ServiceRoleId', { value: role.roleId });
    }
  }
  synthesize(app);
} catch (error) {
  // The faults of the configuration, without a stack trace.
  endWithFaults(error, 'onelink.config.ts');
}

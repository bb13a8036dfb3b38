import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { OneLinkPipeline, StateStack, validateConfiguration } from 'onelink-pipeline';
import { config } from './onelink.config.ts';

/** An app of your own, with a pipeline in a stack of its own for each stage, and a service that sends to it. */
const app = new App({ analyticsReporting: false });
const { accounts, stages } = validateConfiguration(config, 'onelink.config.ts');

for (const [name, stage] of Object.entries(stages)) {
  for (const settings of stage.pipelines) {
    const account = accounts[settings.account];
    if (account === undefined) continue; // validateConfiguration has refused it
    // `onelink` finds a pipeline's settings by this name of its stack.
    const serviceName = `${settings.name}-${name}`;
    const state = new StateStack(app, `${serviceName}-State`, {
      settings,
      removalPolicy: stage.removalPolicy,
      terminationProtection: stage.removalPolicy === 'retain',
    });
    const stack = new Stack(app, serviceName, { terminationProtection: stage.removalPolicy === 'retain' });
    const pipeline = new OneLinkPipeline(stack, 'Pipeline', { serviceName, settings, account, stage, state });

    const shop = new Stack(app, `Shop-${name}`);
    const role = new Role(shop, 'Service', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
    pipeline.grantSend(role, 'transactional');
    // For the `senderId` of the producer `shop`: it exists after the first deployment of this stack.
    new CfnOutput(shop, 'ServiceRoleId', { value: role.roleId });
  }
}

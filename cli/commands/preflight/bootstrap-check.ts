import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { type Check, failed, ok } from '../doctor/check.ts';
import { qualifierOf } from './credentials-check.ts';
import type { Site } from './site.ts';
import { isMissing } from './unless-unanswered.ts';

/** What the template of a stack with the CDK's default synthesizer asks for. A test holds it against the assembly. */
export const neededBootstrapVersion = 6;

const name = 'CDK bootstrap';

/** Whether the stage's account and region are bootstrapped, new enough for the stacks. */
export async function checkBootstrap({ aws, zone, stageName, account, region }: Site): Promise<Check[]> {
  const qualifier = qualifierOf(zone);
  const parameter = `/cdk-bootstrap/${qualifier}/version`;
  const at = `${account}, ${region}`;
  const own = zone.bootstrapQualifier;
  const named = own === undefined ? '' : ` --qualifier ${own} --toolkit-stack-name CDKToolkit-${own}`;
  const fix = `npx cdk bootstrap -c stage=${stageName}${named}`;
  try {
    const { Parameter } = await aws.parameters.send(new GetParameterCommand({ Name: parameter }));
    const version = Number.parseInt(Parameter?.Value ?? '', 10);
    if (version >= neededBootstrapVersion) return [ok(name, `version ${version} in ${at} (${parameter})`)];
    const found = Number.isNaN(version) ? 'no version' : `version ${version}`;
    return [failed(name, `${parameter} has ${found} in ${at}, and the stacks need ${neededBootstrapVersion}`, fix)];
  } catch (error) {
    if (isMissing(error, 'ParameterNotFound')) return [failed(name, `${at} has no parameter ${parameter}`, fix)];
    throw error;
  }
}

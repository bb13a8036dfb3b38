import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { config, configFile } from '../../lib/config/chosen-config.ts';
import { configFileVariable } from '../../lib/config/config-file.ts';
import type { Configuration } from '../../lib/config/config-schema.ts';
import { validateConfiguration } from '../../lib/config/config-validation.ts';
import { ConfigurationError } from '../../lib/config/configuration-error.ts';
import { OperatorError } from '../words/operator-error.ts';
import { type ConfiguredPipeline, configuredPipelines } from './configured-pipeline.ts';
import { DeployedPipeline } from './deployed-pipeline.ts';
import { type LocalRun, readLocalRun, variablesOf } from './local-run.ts';
import { readOutputs } from './pipeline-outputs.ts';

const noConfiguration = `set ${configFileVariable} to the file that exports the configuration of your app: ${configFileVariable}=onelink.config.ts`;

/** The options by which every verb finds its pipeline. */
export interface PipelineOptions {
  local?: true;
  stack?: string;
}

/** The pipeline that a verb works on. */
export class ChosenPipeline {
  readonly stackName: string;
  /** The configuration of the local run, or of the checkout for a deployed pipeline. */
  readonly configuration: Configuration;
  /** Only with `--local`. */
  readonly local: LocalRun | undefined;
  /** The pipeline in the configuration; undefined if the configuration does not have the stack. */
  readonly pipeline: ConfiguredPipeline | undefined;

  /**
   * Finds the chosen pipeline. For a local run, it sets this process's environment, which directs AWS's SDKs to the run.
   *
   * @param read finds the local run
   * @throws NoLocalRun; OperatorError if the local run has another stack than `--stack`
   */
  constructor({ local, stack }: PipelineOptions, read: () => LocalRun = readLocalRun) {
    this.local = local && read();
    if (this.local !== undefined && stack !== undefined) {
      const all = [...new Set([this.local.stackName, ...this.local.stackNames])];
      if (!all.includes(stack))
        throw new OperatorError(`The local run is ${all.join(', ')}, not ${stack}. Leave out --stack or --local.`);
    }
    if (this.local !== undefined) Object.assign(process.env, variablesOf(this.local, process.env));
    this.stackName = stack ?? this.local?.stackName ?? defaultStack();
    if (this.stackName === '') throw new OperatorError(`Name the pipeline’s stack with --stack, or ${noConfiguration}`);
    this.configuration = this.local?.configuration ?? config;
    this.pipeline = configuredPipelines(this.configuration).find(({ stackName }) => stackName === this.stackName);
  }

  /** The configuration's file, as messages name it. */
  get configurationName(): string {
    return this.local === undefined ? configFile : 'the configuration of the local run';
  }

  /** @throws OperatorError with all faults of the configuration, or if the configuration does not have the pipeline */
  configuredFor(why: string): ConfiguredPipeline {
    // The local run has checked its own configuration.
    if (this.local === undefined) refuseFaults(this.configuration);
    if (this.pipeline !== undefined) return this.pipeline;
    const known = configuredPipelines(this.configuration).map(({ stackName }) => stackName);
    if (known.length === 0) throw new OperatorError(`For ${why}, ${noConfiguration}`);
    throw new OperatorError(
      `${this.stackName} is not in ${this.configurationName}, which is needed for ${why}. It has ${known.join(', ')}. ` +
        'Name one of them with --stack, or use the checkout from which the stack was deployed.',
    );
  }

  /** @throws PipelineNotFound if there is no such stack; the service's error if the call fails */
  async deployed(): Promise<DeployedPipeline> {
    const cloudFormation = new CloudFormationClient();
    const outputs = await readOutputs(cloudFormation, this.stackName);
    return new DeployedPipeline(this.stackName, outputs, cloudFormation.config.systemClockOffset);
  }
}

/** Otherwise a verb would work on a configuration that no deployment accepts. */
function refuseFaults(configuration: Configuration): void {
  try {
    validateConfiguration(configuration, configFile);
  } catch (error) {
    throw error instanceof ConfigurationError ? new OperatorError(error.message) : error;
  }
}

export function defaultStack(): string {
  return configuredPipelines(config)[0]?.stackName ?? '';
}

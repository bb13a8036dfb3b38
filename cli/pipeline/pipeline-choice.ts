import type { Command } from 'commander';
import { config, configFile } from '../../lib/config/chosen-config.ts';
import type { Configuration } from '../../lib/config/config-schema.ts';
import { OperatorError } from '../operator-error.ts';
import { type ConfiguredPipeline, configuredPipelines } from './configured-pipeline.ts';
import { type LocalRun, readLocalRun } from './local-run.ts';

/** The options by which every verb finds its pipeline. */
export interface PipelineOptions {
  local?: true;
  stack?: string;
}

/** The pipeline that a verb works on. */
export interface ChosenPipeline {
  stackName: string;
  /** The configuration of the local run, or of the checkout for a deployed pipeline. */
  configuration: Configuration;
  /** The pipeline in the configuration; undefined if the configuration does not have the stack. */
  pipeline: ConfiguredPipeline | undefined;
  /** Only with `--local`. */
  local: LocalRun | undefined;
}

export function withPipelineOptions(command: Command): Command {
  return command
    .option('--local', 'use the local run: npm start -- --keep')
    .option('--stack <name>', `the pipeline’s stack (default: ${defaultStack()})`);
}

/** The part of every verb's help that explains how it finds the pipeline. */
export const pipelineHelp = `
The verb finds a deployed pipeline by the outputs of its stack. It uses the AWS account and region of AWS_PROFILE,
AWS_REGION and so on.`;

/**
 * Finds the chosen pipeline. For a local run, it sets this process's environment, which directs AWS's SDKs to the run.
 *
 * @throws NoLocalRun; OperatorError if the local run has another stack than `--stack`
 */
export function choosePipeline(options: PipelineOptions): ChosenPipeline {
  const local = options.local ? readLocalRun() : undefined;
  if (local !== undefined && options.stack !== undefined && options.stack !== local.stackName) {
    throw new OperatorError(`The local run is ${local.stackName}, not ${options.stack}. Leave out --stack or --local.`);
  }
  Object.assign(process.env, local?.variables);
  const stackName = local?.stackName ?? options.stack ?? defaultStack();
  const configuration = local?.configuration ?? config;
  const pipeline = configuredPipelines(configuration).find((one) => one.stackName === stackName);
  return { stackName, configuration, pipeline, local };
}

/** @throws OperatorError if the configuration does not have it */
export function configuredOf({ configuration, pipeline, stackName }: ChosenPipeline, why: string): ConfiguredPipeline {
  if (pipeline !== undefined) return pipeline;
  const known = configuredPipelines(configuration).map((one) => one.stackName);
  throw new OperatorError(
    `${stackName} is not in ${configFile}, which is needed for ${why}. It has ${known.join(', ')}. ` +
      'Name one of them with --stack, or use the checkout from which the stack was deployed.',
  );
}

function defaultStack(): string {
  return configuredPipelines(config)[0]?.stackName ?? '';
}

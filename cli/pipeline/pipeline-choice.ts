import type { Command } from 'commander';
import { config, configFile } from '../../lib/config/chosen-config.ts';
import type { Configuration } from '../../lib/config/config-schema.ts';
import { OperatorError } from '../operator-error.ts';
import { type ConfiguredPipeline, configuredPipelines } from './configured-pipeline.ts';
import { type LocalRun, readLocalRun } from './local-run.ts';

/** The options by which every verb is told its pipeline. */
export interface PipelineOptions {
  local?: true;
  stack?: string;
}

/** The pipeline that a verb is about. */
export interface ChosenPipeline {
  stackName: string;
  /** A local run's own configuration; that of the checkout for anything deployed. */
  configuration: Configuration;
  /** As the configuration has it; undefined when that does not name the stack. */
  pipeline: ConfiguredPipeline | undefined;
  /** Only with `--local`. */
  local: LocalRun | undefined;
}

export function withPipelineOptions(command: Command): Command {
  return command
    .option('--local', 'the local run: npm start -- --keep')
    .option('--stack <name>', `the pipeline’s stack (default: ${defaultStack()})`);
}

/** What the help of every verb says about finding the pipeline. */
export const pipelineHelp = `
A deployed pipeline is found by its stack's outputs, in the account and region that AWS_PROFILE, AWS_REGION and so on
name.`;

/**
 * Finds out which pipeline is meant. For a local run, AWS's SDKs are pointed at it by this process's environment.
 *
 * @throws NoLocalRun; OperatorError when the local run is another stack than the one named
 */
export function choosePipeline(options: PipelineOptions): ChosenPipeline {
  const local = options.local ? readLocalRun() : undefined;
  if (local !== undefined && options.stack !== undefined && options.stack !== local.stackName) {
    throw new OperatorError(`The local run is ${local.stackName}, not ${options.stack}: leave --stack or --local out.`);
  }
  Object.assign(process.env, local?.variables);
  const stackName = local?.stackName ?? options.stack ?? defaultStack();
  const configuration = local?.configuration ?? config;
  const pipeline = configuredPipelines(configuration).find((one) => one.stackName === stackName);
  return { stackName, configuration, pipeline, local };
}

/** @throws OperatorError when the configuration does not have it */
export function configuredOf({ configuration, pipeline, stackName }: ChosenPipeline, why: string): ConfiguredPipeline {
  if (pipeline !== undefined) return pipeline;
  const known = configuredPipelines(configuration).map((one) => one.stackName);
  throw new OperatorError(
    `${stackName} is not in ${configFile}, which is needed for ${why}; it has ${known.join(', ')}. ` +
      'Name one of them with --stack, or use the checkout that it was deployed from.',
  );
}

function defaultStack(): string {
  return configuredPipelines(config)[0]?.stackName ?? '';
}

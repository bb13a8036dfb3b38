import { type ConfiguredPipeline, configuredPipelines } from '../../cli/pipeline/configured-pipeline.ts';
import { OperatorError } from '../../cli/words/operator-error.ts';
import type { Configuration } from '../../lib/config/config-schema.ts';

/**
 * The pipeline to run: the first one of the stage, or of all.
 *
 * @throws OperatorError if the configuration has no such stage
 */
export function chosenPipeline(configuration: Configuration, stage?: string): ConfiguredPipeline {
  const pipeline = configuredPipelines(configuration).find((one) => stage === undefined || one.stage === stage);
  if (pipeline !== undefined) return pipeline;
  const stages = Object.keys(configuration.stages).join(', ');
  throw new OperatorError(`--stage: must be one of the configured stages (${stages}), not ${stage}`);
}

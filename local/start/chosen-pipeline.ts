import { type ConfiguredPipeline, configuredPipelines } from '../../bin/client/configured-pipeline.ts';
import { OperatorError } from '../../bin/client/operator-error.ts';
import type { Configuration } from '../../lib/config-schema.ts';

/**
 * The pipeline to run: the first one of the stage.
 *
 * @throws OperatorError when the configuration has no such stage
 */
export function chosenPipeline(configuration: Configuration, stage: string): ConfiguredPipeline {
  const pipeline = configuredPipelines(configuration).find((one) => one.stage === stage);
  if (pipeline !== undefined) return pipeline;
  const stages = Object.keys(configuration.stages).join(', ');
  throw new OperatorError(`--stage: must be one of the stages in lib/config.ts (${stages}); got ${stage}`);
}

import { type ConfiguredPipeline, configuredPipelines } from '../../cli/pipeline/configured-pipeline.ts';
import { OperatorError } from '../../cli/words/operator-error.ts';
import type { Configuration } from '../../lib/config/config-schema.ts';

/**
 * The pipeline to run: the first one of the stage, or of all.
 *
 * @throws OperatorError if the configuration has no such stage
 */
export function chosenPipeline(configuration: Configuration, stage?: string): ConfiguredPipeline {
  return chosenPipelines(configuration, stage)[0];
}

/**
 * The pipelines that run side by side: those of the stage on the AppsFlyer account of its first one. A run has one account.
 *
 * @throws OperatorError if the configuration has no such stage
 */
export function chosenPipelines(
  configuration: Configuration,
  stage?: string,
): [ConfiguredPipeline, ...ConfiguredPipeline[]] {
  const all = configuredPipelines(configuration);
  const first = all.find((one) => stage === undefined || one.stage === stage);
  if (first !== undefined) {
    const ofStage = all.filter((one) => one.stage === first.stage && one.settings.account === first.settings.account);
    return [first, ...ofStage.slice(1)];
  }
  const stages = Object.keys(configuration.stages).join(', ');
  throw new OperatorError(`--stage: must be one of the configured stages (${stages}), not ${stage}`);
}

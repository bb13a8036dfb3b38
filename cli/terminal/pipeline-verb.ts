import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import {
  type ChosenPipeline,
  choosePipeline,
  configuredOf,
  type PipelineOptions,
} from '../pipeline/pipeline-choice.ts';
import { outputNamed, readOutputs } from '../pipeline/pipeline-outputs.ts';
import { exitCodeOf } from './exit-code.ts';
import { interruptible } from './interruption.ts';
import { Progress } from './progress.ts';

/** What a verb on a deployed pipeline works with. */
export interface Scene<Options extends PipelineOptions = PipelineOptions> {
  options: Options;
  chosen: ChosenPipeline;
  stackName: string;
  outputs: Record<string, string>;
  /** @throws PipelineNotFound if the stack has no such output */
  output(name: string): string;
  progress: Progress;
  interrupted: AbortSignal;
}

/**
 * Finds the pipeline and runs a verb on it. The program ends with the verb's exit code.
 *
 * @param onFailure the code for a verb that failed
 * @param configuredFor what the verb needs lib/config/config.ts for, if it does. A stack that is not there is then an error.
 * @param check throws OperatorError for options that exclude each other, before the first call to AWS
 */
export async function runVerb<Options extends PipelineOptions>(
  options: Options,
  onFailure: number,
  work: (scene: Scene<Options>) => Promise<number>,
  configuredFor?: string,
  check: (options: Options) => void = () => {},
): Promise<void> {
  const start = async () => {
    check(options);
    const chosen = choosePipeline(options);
    const { stackName } = chosen;
    if (configuredFor !== undefined) configuredOf(chosen, configuredFor);
    const outputs = await readOutputs(new CloudFormationClient(), stackName);
    const output = (name: string) => outputNamed(name, outputs, stackName);
    const progress = new Progress(process.stderr);
    return interruptible((interrupted) =>
      work({ options, chosen, stackName, outputs, output, progress, interrupted }).finally(() => progress.clear()),
    );
  };
  process.exitCode = await exitCodeOf(start, { local: options.local === true, onFailure });
}

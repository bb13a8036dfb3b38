import type { Command } from 'commander';
import { ChosenPipeline, defaultStack, type PipelineOptions } from '../pipeline/pipeline-choice.ts';
import { exitCodeOf } from './exit-code.ts';
import { interruptible } from './interruption.ts';
import { Progress } from './progress.ts';

/** The options of every verb. */
export interface VerbOptions extends PipelineOptions {
  json?: true;
}

/** What a verb works with. */
export interface Scene<Options extends VerbOptions = VerbOptions> {
  /** The options, and the arguments by their names. */
  options: Options;
  chosen: ChosenPipeline;
  progress: Progress;
  interrupted: AbortSignal;
  /** Prints one result: with `--json` as an object, otherwise in words. */
  print(result: object, words: string): void;
}

/** The part of a verb's help that explains how it finds the pipeline. */
export const pipelineHelp = `
The verb finds a deployed pipeline by the outputs of its stack. It uses the AWS account and region of AWS_PROFILE,
AWS_REGION and so on.`;

/**
 * Completes a verb with the options that choose its pipeline, its help and its work. The program ends with the exit code
 * that the work returns, or with 2 if it fails.
 */
export function pipelineVerb<Options extends VerbOptions>(
  command: Command,
  help: string,
  work: (scene: Scene<Options>) => Promise<number>,
): Command {
  return command
    .option('--local', 'use the local run: npm start -- --keep')
    .option('--stack <name>', `the pipeline’s stack (default: ${defaultStack()})`)
    .addHelpText('after', help)
    .action(async () => {
      const values = command.registeredArguments.map((argument, index) => [argument.name(), command.args[index]]);
      const options: Options = { ...command.opts(), ...Object.fromEntries(values) };
      process.exitCode = await exitCodeOf(() => run(options, work), options.local === true);
    });
}

async function run<Options extends VerbOptions>(options: Options, work: (scene: Scene<Options>) => Promise<number>) {
  const chosen = new ChosenPipeline(options);
  const progress = new Progress(process.stderr);
  const print = (result: object, words: string) => {
    progress.clear();
    console.log(options.json ? JSON.stringify(result) : words);
  };
  return interruptible((interrupted) =>
    work({ options, chosen, progress, interrupted, print }).finally(() => progress.clear()),
  );
}

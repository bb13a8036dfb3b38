import type { ChosenPipeline } from '../../pipeline/pipeline-choice.ts';

/** The option that chooses the same pipeline on a command line: `--local`, or `--stack OneLink-production`. */
export const pipelineWords = ({ local, stackName }: Pick<ChosenPipeline, 'local' | 'stackName'>): string =>
  local === undefined ? `--stack ${stackName}` : '--local';

/** A text as one word of a shell. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

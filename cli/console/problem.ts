import { serviceErrorWords } from '../pipeline/service-error.ts';
import { OperatorError } from '../words/operator-error.ts';
import type { ApiProblem } from './contract/problem.ts';

/** A problem as an error, for the routes. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: ApiProblem;

  constructor(code: ApiProblem['code'], words: string, todo: string[] = []) {
    super(words);
    this.problem = { code, words, do: todo };
  }
}

/** Errors by whose names the whole pipeline is out of reach. */
const unavailable: ReadonlySet<string> = new Set(['NoLocalRun', 'PipelineNotFound']);

/**
 * An error as the page shows it. An unknown error may hold a link's values in its message, so only its name is shown.
 */
export function problemOf(error: unknown, local: boolean): ApiProblem {
  if (error instanceof ProblemError) return error.problem;
  if (error instanceof OperatorError) {
    const code = unavailable.has(error.name) ? 'unavailable' : 'refused';
    return { code, words: error.message, do: todoOf(error, local) };
  }
  const words = serviceErrorWords(error, local);
  if (words !== undefined) return { code: 'unavailable', words, do: todoOf(error, local) };
  const name = error instanceof Error ? error.name : 'unknown';
  return { code: 'failed', words: `The console met an error that it does not know (${name}).`, do: ['Try again.'] };
}

function todoOf(error: unknown, local: boolean): string[] {
  if (local) return error instanceof Error && error.name === 'OperatorError' ? [] : ['npm start -- --keep'];
  if (!(error instanceof Error)) return [];
  if (error.name === 'PipelineNotFound')
    return ['npx onelink console --stack <name>', 'npx cdk deploy --all -c stage=<stage>'];
  if (error.message === 'Region is missing') return ['export AWS_REGION=eu-west-1'];
  if (/Credentials|Token|Signature/.test(error.name)) return ['aws sso login', 'export AWS_PROFILE=<profile>'];
  return [];
}

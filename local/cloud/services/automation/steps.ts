import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { Authorizer } from '../../access/authorizer.ts';
import type { Caller } from '../../access/caller.ts';
import { qualifiedName } from '../../lambda/aliases.ts';
import type { Functions } from '../../lambda/functions.ts';
import type { Step } from './documents.ts';

/** A step that fails. Its message is the step's failure message. */
export class StepFailed extends Error {}

export interface StepPorts {
  readonly functions: Functions;
  readonly authorizer: Pick<Authorizer, 'permits'>;
}

/** Runs a step as its caller. @returns its outputs, by name @throws StepFailed */
export async function run(step: Step, caller: Caller, ports: StepPorts): Promise<Record<string, string>> {
  switch (step.action) {
    case 'aws:invokeLambdaFunction':
      return invoke(step.inputs, caller, ports);
    case 'aws:executeScript': {
      const { Script, Handler, InputPayload } = step.inputs;
      const result = await runPython(Script, Handler, InputPayload);
      return Object.fromEntries(
        (step.outputs ?? []).map(({ Name, Selector }) => {
          const value = (result as Record<string, unknown> | null)?.[Selector.slice('$.Payload.'.length)];
          if (typeof value !== 'string') throw new StepFailed(`Output ${Name} is no text.`);
          return [Name, value];
        }),
      );
    }
    // Nobody waits for anything here.
    case 'aws:sleep':
      return {};
  }
}

type Invoke = Extract<Step, { action: 'aws:invokeLambdaFunction' }>['inputs'];

/** The caller's own policies decide: the document has no role. */
async function invoke(
  { FunctionName, Qualifier, InputPayload }: Invoke,
  caller: Caller,
  { functions, authorizer }: StepPorts,
): Promise<Record<string, string>> {
  const found = functions.qualified(qualifiedName(FunctionName, Qualifier ?? null));
  if (found === undefined) throw new StepFailed(`Function not found: ${FunctionName}:${Qualifier ?? ''}`);
  const { target, arn } = found;
  const action = 'lambda:InvokeFunction';
  if (!(await authorizer.permits(caller, { action, resource: arn }))) {
    throw new StepFailed(`User: ${caller.arn} is not authorized to perform: ${action}`);
  }
  const result = await target.invoke(JSON.stringify(InputPayload), arn);
  if (result.outcome === 'throttled') throw new StepFailed('Rate Exceeded.');
  return {
    StatusCode: '200',
    Payload: result.payload,
    FunctionError: result.outcome === 'failed' ? 'Unhandled' : '',
  };
}

/** Runs the script as Systems Manager does: the handler gets the payload and a context, and returns JSON. */
const harness = [
  'import json, sys',
  'asked = json.load(sys.stdin)',
  'names = {}',
  "exec(asked['script'], names)",
  "json.dump(names[asked['handler']](asked['events'], {}), sys.stdout)",
].join('\n');

async function runPython(script: string, handler: string, events: Record<string, unknown>): Promise<unknown> {
  const python = spawn('python3', ['-I', '-c', harness], { stdio: 'pipe', timeout: 30_000 });
  const ended = new Promise<number | null>((resolve, reject) => {
    python.once('error', reject);
    python.once('close', resolve);
  });
  // A program that ends early closes its input.
  python.stdin.on('error', () => {});
  python.stdin.end(JSON.stringify({ script, handler, events }));
  try {
    const [code, out, err] = await Promise.all([ended, text(python.stdout), text(python.stderr)]);
    // A traceback ends in the exception.
    if (code !== 0) throw new StepFailed(err.trimEnd().split('\n').at(-1) ?? 'the script failed');
    return JSON.parse(out);
  } catch (error) {
    if (error instanceof StepFailed) throw error;
    throw new StepFailed(`aws:executeScript needs python3 on the PATH of this machine: ${String(error)}`);
  }
}

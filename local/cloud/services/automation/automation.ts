import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Authorizer } from '../../access/authorizer.ts';
import type { Caller } from '../../access/caller.ts';
import { accessKeyIdOf } from '../../access/credentials.ts';
import type { Deployment } from '../../assembly/deployment.ts';
import type { Clock } from '../../clock.ts';
import { localCredentials } from '../../endpoints.ts';
import type { Functions } from '../../lambda/functions.ts';
import { type JsonService, operation, ServiceError } from '../wire.ts';
import { type AutomationDocument, automationDocuments, executionId, type Step, variablesIn } from './documents.ts';
import { givenParameters } from './parameters.ts';
import { run, StepFailed } from './steps.ts';

interface Ports {
  readonly functions: Functions;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
}

interface StepExecution {
  readonly name: string;
  readonly action: string;
  status: 'Pending' | 'InProgress' | 'Success' | 'Failed';
  outputs: Record<string, string>;
  failure?: string;
}

interface Execution {
  readonly id: string;
  readonly document: AutomationDocument;
  readonly parameters: Readonly<Record<string, string>>;
  readonly caller: Caller;
  readonly startedAtMilliseconds: number;
  readonly steps: readonly StepExecution[];
  status: 'InProgress' | 'Success' | 'Failed';
  endedAtMilliseconds?: number;
}

const documentName = z.string().min(1);
const inputs = {
  start: z.strictObject({
    DocumentName: documentName,
    DocumentVersion: z.enum(['1', '$DEFAULT', '$LATEST']).optional(),
    Parameters: z.record(z.string(), z.array(z.string().max(512))).default({}),
    Mode: z.literal('Auto').optional(),
  }),
  get: z.strictObject({ AutomationExecutionId: z.string().length(36) }),
  document: z.strictObject({ Name: documentName, DocumentVersion: z.string().optional() }),
};

/**
 * Systems Manager's Automation, of documents without a role: an execution runs as the caller who has started it. It runs
 * StartAutomationExecution, GetAutomationExecution and GetDocument.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-automation.html
 * @throws for a document that it cannot carry out
 */
export function automation(deployment: Deployment, { clock, authorizer, functions }: Ports): JsonService {
  const documents = automationDocuments(deployment);
  const executions = new Map<string, Execution>();
  const find = (nameOrArn: string, code: string): AutomationDocument => {
    const found = documents.get(nameOrArn.replace(/^arn:.*:document\//, ''));
    if (found) return found;
    throw new ServiceError(400, code, `Document with name ${nameOrArn} does not exist.`);
  };
  const refusal = 'ValidationException';
  return {
    StartAutomationExecution: operation(inputs.start, refusal, ({ DocumentName, Parameters }, { headers, path }) => {
      const document = find(DocumentName, 'AutomationDefinitionNotFoundException');
      const caller = authorizer.callerOf(accessKeyIdOf(headers, path) ?? localCredentials.accessKeyId);
      const execution: Execution = {
        id: randomUUID(),
        document,
        parameters: givenParameters(document.content.parameters, Parameters),
        caller,
        startedAtMilliseconds: clock.now(),
        steps: document.content.mainSteps.map(({ name, action }) => ({ name, action, status: 'Pending', outputs: {} })),
        status: 'InProgress',
      };
      executions.set(execution.id, execution);
      void carryOut(execution, { clock, authorizer, functions });
      return { AutomationExecutionId: execution.id };
    }),
    GetAutomationExecution: operation(inputs.get, refusal, ({ AutomationExecutionId }) => {
      const found = executions.get(AutomationExecutionId);
      if (found) return { AutomationExecution: describe(found) };
      const words = `Automation execution with id ${AutomationExecutionId} does not exist.`;
      throw new ServiceError(400, 'AutomationExecutionNotFoundException', words);
    }),
    GetDocument: operation(inputs.document, refusal, ({ Name }) => {
      const { name, text } = find(Name, 'InvalidDocument');
      return {
        Name: name,
        Content: text,
        DocumentVersion: '1',
        DocumentType: 'Automation',
        DocumentFormat: 'JSON',
        Status: 'Active',
      };
    }),
  };
}

async function carryOut(execution: Execution, ports: Ports): Promise<void> {
  const { document, steps, caller, parameters, id } = execution;
  const values: Record<string, string> = { ...parameters, [executionId]: id };
  let failed = false;
  for (const [index, step] of document.content.mainSteps.entries()) {
    const state = steps[index];
    if (state === undefined || failed) break;
    state.status = 'InProgress';
    try {
      state.outputs = await run({ ...step, inputs: substituted(step.inputs, values) } as Step, caller, ports);
      for (const [name, value] of Object.entries(state.outputs)) values[`${step.name}.${name}`] = value;
      state.status = 'Success';
    } catch (error) {
      state.status = 'Failed';
      state.failure = error instanceof StepFailed ? error.message : String(error);
      failed = true;
    }
    if (step.isEnd) break;
  }
  execution.endedAtMilliseconds = ports.clock.now();
  execution.status = failed ? 'Failed' : 'Success';
}

/** Inputs with the values of their variables, at any depth. A value is text, whatever is in it. */
function substituted<T>(value: T, values: Readonly<Record<string, string>>): T {
  if (typeof value === 'string') {
    // Each only once: a value may hold braces of its own.
    const parts = value.split(/(\{\{[^{}]*\}\})/);
    return parts.map((part) => (part.startsWith('{{') ? values[variablesIn(part)[0] ?? ''] : part)).join('') as T;
  }
  if (Array.isArray(value)) return value.map((one) => substituted(one, values)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, substituted(one, values)])) as T;
}

function describe({ id, document, status, caller, parameters, steps, ...times }: Execution): unknown {
  const seconds = (milliseconds: number | undefined) => milliseconds && milliseconds / 1000;
  const current = steps.find((step) => step.status === 'InProgress');
  const failure = steps.find((step) => step.status === 'Failed');
  const outputs = document.content.outputs ?? [];
  const values = Object.fromEntries(
    steps.flatMap((step) => Object.entries(step.outputs).map(([name, value]) => [`${step.name}.${name}`, [value]])),
  );
  return {
    AutomationExecutionId: id,
    DocumentName: document.name,
    DocumentVersion: '1',
    AutomationExecutionStatus: status,
    ExecutionStartTime: seconds(times.startedAtMilliseconds),
    ExecutionEndTime: seconds(times.endedAtMilliseconds),
    ExecutedBy: caller.arn,
    Mode: 'Auto',
    Parameters: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, [value]])),
    Outputs: Object.fromEntries(outputs.filter((name) => name in values).map((name) => [name, values[name]])),
    Targets: [],
    ...(current && { CurrentStepName: current.name, CurrentAction: current.action }),
    ...(failure && { FailureMessage: `Step ${failure.name} failed: ${failure.failure}` }),
    StepExecutions: steps.map((step) => ({
      StepName: step.name,
      Action: step.action,
      StepStatus: step.status,
      Outputs: Object.fromEntries(Object.entries(step.outputs).map(([name, value]) => [name, [value]])),
      ...(step.failure !== undefined && { FailureMessage: step.failure }),
    })),
  };
}

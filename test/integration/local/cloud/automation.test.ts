import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetAutomationExecutionCommand,
  GetDocumentCommand,
  SSMClient,
  StartAutomationExecutionCommand,
} from '@aws-sdk/client-ssm';
import { CfnDocument } from 'aws-cdk-lib/aws-ssm';
import { expect, onTestFinished } from 'vitest';
import { sessionOf } from '../../../../local/cloud/access/caller.ts';
import type { LocalCloud } from '../../../../local/cloud/cloud.ts';
import { type Bench, openBench, test } from './fixture.ts';

const echo = 'export const handler = async (event) => event;';
const rest = { name: 'rest', action: 'aws:sleep', inputs: { Duration: 'PT1S' } };

function declareDocument({ stack }: Bench, content: object, properties: object = {}): void {
  new CfnDocument(stack, `Document${stack.node.children.length}`, {
    name: 'Team-act',
    documentType: 'Automation',
    content: { schemaVersion: '0.3', mainSteps: [rest], ...content },
    ...properties,
  });
}

const client = (cloud: LocalCloud, accessKeyId = 'local') => {
  const ssm = new SSMClient({ ...cloud.clientConfig('ssm', accessKeyId), maxAttempts: 1 });
  onTestFinished(() => ssm.destroy());
  return ssm;
};

async function ended(ssm: SSMClient, Parameters: Record<string, string[]> = {}) {
  const start = new StartAutomationExecutionCommand({ DocumentName: 'Team-act', Parameters });
  const { AutomationExecutionId } = await ssm.send(start);
  for (;;) {
    const { AutomationExecution: found } = await ssm.send(new GetAutomationExecutionCommand({ AutomationExecutionId }));
    if (found?.AutomationExecutionStatus !== 'InProgress') return found;
    await sleep(10);
  }
}

test.runIf(spawnSync('python3', ['--version']).status === 0)(
  'a step gets the parameters and the outputs of the steps before it, as text',
  async ({ opened: bench }) => {
    // Given a function that answers with what it gets, and a script
    const invoked = bench.declareFunction(bench.stack, 'Echo', echo);
    declareDocument(bench, {
      parameters: {
        Word: { type: 'String', allowedPattern: '^\\S+$' },
        Size: { type: 'String', allowedValues: ['1', '2'], default: '2' },
      },
      mainSteps: [
        {
          name: 'act',
          action: 'aws:invokeLambdaFunction',
          inputs: {
            FunctionName: invoked.functionName,
            InputPayload: { word: '<{{ Word }}>', size: '{{Size}}', id: '{{ automation:EXECUTION_ID }}' },
          },
        },
        {
          name: 'look',
          action: 'aws:executeScript',
          isEnd: true,
          inputs: {
            Runtime: 'python3.11',
            Handler: 'look',
            Script: 'def look(events, context):\n    return {"seen": events["answer"]}',
            InputPayload: { answer: '{{ act.Payload }}' },
          },
          outputs: [{ Name: 'seen', Selector: '$.Payload.seen', Type: 'String' }],
        },
        rest,
      ],
      outputs: ['look.seen'],
    });
    const cloud = await bench.start();

    // When
    const execution = await ended(client(cloud), { Word: ['"{{Size}}"'] });

    // Then a value is never read as a variable, and the last step is left out
    expect(execution).toMatchObject({
      AutomationExecutionStatus: 'Success',
      DocumentName: 'Team-act',
      ExecutedBy: 'arn:aws:iam::000000000000:user/operator',
      Parameters: { Word: ['"{{Size}}"'], Size: ['2'] },
    });
    const id = execution?.AutomationExecutionId;
    expect(JSON.parse(execution?.Outputs?.['look.seen']?.[0] ?? '')).toEqual({ word: '<"{{Size}}">', size: '2', id });
    expect(execution?.StepExecutions?.map(({ StepStatus }) => StepStatus)).toEqual(['Success', 'Success', 'Pending']);
  },
);

test('a step that fails ends the execution, with its message', async ({ opened: bench }) => {
  // Given somebody who may start every document, and invoke nothing
  const invoked = bench.declareFunction(bench.stack, 'Echo', echo);
  declareDocument(bench, {
    mainSteps: [
      {
        name: 'act',
        action: 'aws:invokeLambdaFunction',
        inputs: { FunctionName: invoked.functionName, InputPayload: {} },
      },
      rest,
    ],
  });
  const policy = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'ssm:*', Resource: '*' } };
  const jane = sessionOf('arn:aws:iam::000000000000:role/starter', 'jane', [policy]);
  const cloud = await bench.start({ callers: { jane } });

  // When
  const execution = await ended(client(cloud, 'jane'));

  // Then
  expect(execution?.AutomationExecutionStatus).toBe('Failed');
  expect(execution?.FailureMessage).toBe(
    `Step act failed: User: ${jane.arn} is not authorized to perform: lambda:InvokeFunction`,
  );
  expect(execution?.StepExecutions?.map(({ StepStatus }) => StepStatus)).toEqual(['Failed', 'Pending']);
});

test('unknown documents, executions, parameters and options are errors', async ({ opened: bench }) => {
  declareDocument(bench, { parameters: { Size: { type: 'String', allowedValues: ['1', '2'] } } });
  const ssm = client(await bench.start());
  const start = (change: object) =>
    ssm
      .send(new StartAutomationExecutionCommand({ DocumentName: 'Team-act', Parameters: { Size: ['1'] }, ...change }))
      .then(
        () => 'started',
        ({ name }: Error) => name,
      );

  expect(await start({})).toBe('started');
  expect(await start({ DocumentName: 'Team-other' })).toBe('AutomationDefinitionNotFoundException');
  for (const Parameters of [{}, { Size: ['3'] }, { Size: ['1', '2'] }, { Size: [] }, { Size: ['1'], Other: ['1'] }]) {
    expect(await start({ Parameters })).toBe('InvalidAutomationExecutionParametersException');
  }
  // What is not implemented is refused, and not left out.
  expect(await start({ TargetParameterName: 'Size' })).toBe('ValidationException');
  expect(await start({ Mode: 'Interactive' })).toBe('ValidationException');
  const nothing = new GetAutomationExecutionCommand({ AutomationExecutionId: '00000000-0000-4000-8000-000000000000' });
  await expect(ssm.send(nothing)).rejects.toMatchObject({ name: 'AutomationExecutionNotFoundException' });
  await expect(ssm.send(new GetDocumentCommand({ Name: 'Team-other' }))).rejects.toMatchObject({
    name: 'InvalidDocument',
  });
});

test.each<[string, object, object, RegExp]>([
  ['a name that AWS keeps', {}, { name: 'amazon-act' }, /the name is reserved for AWS/],
  ['a name with other signs', {}, { name: 'Team act' }, /Name/],
  ['64 KB', { description: 'x'.repeat(65_536) }, {}, /and Systems Manager takes 65536/],
  ['a role', { assumeRole: 'arn:aws:iam::000000000000:role/x' }, {}, /assumeRole/],
  ['another version of the schema', { schemaVersion: '2.2' }, {}, /schemaVersion/],
  ['no step', { mainSteps: [] }, {}, /mainSteps/],
  ['an unknown action', { mainSteps: [{ ...rest, action: 'aws:approve' }] }, {}, /action/],
  ['two steps of one name', { mainSteps: [rest, rest] }, {}, /two steps have the name rest/],
  ['an output of no step', { outputs: ['act.Payload'] }, {}, /the output act\.Payload has no step/],
  ['another type', {}, { documentType: 'Command' }, /DocumentType/],
])('a document with %s stops the start', async (_, content, properties, message) => {
  const bench = await openBench();
  declareDocument(bench, content, properties);
  await expect(bench.start()).rejects.toThrow(message);
});

test('a variable without a value stops the start', async ({ opened: bench }) => {
  const payload = { InputPayload: { answer: '{{ later.Payload }}' } };
  const step = { name: 'act', action: 'aws:invokeLambdaFunction', inputs: { FunctionName: 'x', ...payload } };
  declareDocument(bench, { mainSteps: [step] });
  await expect(bench.start()).rejects.toThrow('the step act reads later.Payload, which has no value there');
});

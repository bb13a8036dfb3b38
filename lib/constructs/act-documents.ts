import { CfnDocument } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import {
  allLanes,
  type DocumentAct,
  deliveriesName,
  documentActs,
  documentParameter,
  documentPrefix,
  queueChoice,
  reasonPattern,
  redriveLimits,
} from '../../lambdas/domain/acts/names.ts';
import { expiryLane, qrLane } from '../../lambdas/domain/work/names.ts';
import { ConfigurationError } from '../config/configuration-error.ts';
import { reservedForDocuments } from '../config/landing-zone.ts';
import type { Lane } from './lane.ts';
import type { Operations } from './operations.ts';
import type { WorkQueue } from './work-queue.ts';

export interface ActDocumentsProps {
  readonly serviceName: string;
  readonly operations: Operations;
  readonly lanes: readonly Pick<Lane, 'name'>[];
  /** The queues whose dead letters can be sent back, by the names that alarms have for them. */
  readonly queues: Readonly<Record<string, Pick<WorkQueue, 'queue'>>>;
  /** The URL of the queue of outcomes that SNS could not post, if the pipeline has one. */
  readonly undeliveredOutcomesUrl: string | undefined;
}

/** The function's step, and the step that fails if the function did nothing. */
const steps = { act: 'act', confirm: 'confirm' } as const;

/**
 * Systems Manager does not document that a step fails with its function, and a refusal is no failure of the function. So a second
 * step reads the answer.
 */
export const confirmScript = [
  'import json',
  '',
  'def confirm(events, context):',
  "    answer = events['answer']",
  '    if isinstance(answer, str):',
  '        answer = json.loads(answer)',
  "    if answer.get('result') != 'done':",
  "        raise Exception(answer.get('words') or answer.get('code') or 'The function failed. The audit shows whether it acted.')",
  "    if not answer.get('recorded'):",
  "        return {'answer': 'Done, but the record of the end is missing: ' + json.dumps(answer.get('answer'))}",
  "    return {'answer': json.dumps(answer.get('answer'))}",
].join('\n');

/**
 * An SSM document for each act that a person can start in a browser. It has no role: an execution has the permissions of the person
 * who starts it. So it grants nothing, and the function learns the person from Systems Manager.
 */
export class ActDocuments extends Construct {
  /** The name of the document of each act. */
  readonly names: Readonly<Record<DocumentAct, string>>;

  constructor(scope: Construct, id: string, props: ActDocumentsProps) {
    super(scope, id);
    const { serviceName, operations } = props;
    if (reservedForDocuments.test(serviceName)) {
      const rule = `the name ${serviceName} must not begin with aws, amazon or amzn (Systems Manager)`;
      const remedy = 'Choose another, or set `landingZone.documents` to false.';
      throw new ConfigurationError([`serviceName: ${rule}. ${remedy}`], this.node.path);
    }
    const nameOf = (act: DocumentAct) => `${documentPrefix(serviceName)}${act}`;
    this.names = Object.fromEntries(documentActs.map((act) => [act, nameOf(act)])) as Record<DocumentAct, string>;
    for (const act of documentActs) {
      const { description, parameters } = formOf(act, props);
      new CfnDocument(this, act, {
        name: nameOf(act),
        documentType: 'Automation',
        documentFormat: 'JSON',
        updateMethod: 'NewVersion',
        content: {
          schemaVersion: '0.3',
          description: `# ${serviceName}: ${description}`,
          parameters,
          mainSteps: stepsOf(operations.function.functionName),
          outputs: [`${steps.confirm}.answer`],
        },
      });
    }
  }
}

function stepsOf(functionName: string): object[] {
  return [
    {
      name: steps.act,
      action: 'aws:invokeLambdaFunction',
      description:
        'The operations function learns from Systems Manager who started this, records the act, and carries it out.',
      timeoutSeconds: 150,
      maxAttempts: 1,
      onFailure: 'Abort',
      inputs: {
        FunctionName: functionName,
        Qualifier: 'operate',
        InputPayload: { execution: '{{ automation:EXECUTION_ID }}' },
      },
    },
    {
      name: steps.confirm,
      action: 'aws:executeScript',
      description: 'Fails if nothing was done, and shows the reason.',
      isEnd: true,
      inputs: {
        Runtime: 'python3.11',
        Handler: 'confirm',
        Script: confirmScript,
        InputPayload: { answer: `{{ ${steps.act}.Payload }}` },
      },
      outputs: [{ Name: 'answer', Selector: '$.Payload.answer', Type: 'String' }],
    },
  ];
}

const after =
  'The policy Browser of the stack permits this. The audit records who started it, when and why. To see the effect, open the ' +
  'dashboard of the same name as the pipeline.';

function formOf(act: DocumentAct, { lanes, queues, undeliveredOutcomesUrl }: ActDocumentsProps) {
  const { lane, queue, limit, reason } = documentParameter;
  const why = {
    [reason]: {
      type: 'String',
      description: 'Why: one line, for the audit. Name no link and no customer.',
      allowedPattern: reasonPattern,
    },
  };
  const which = {
    [lane]: {
      type: 'String',
      description: `The lane. ${qrLane} are the QR codes of all lanes, ${expiryLane} the expiry checks, ${allLanes} everything.`,
      allowedValues: [...lanes.map(({ name }) => name), qrLane, expiryLane, allLanes],
    },
  };
  const urls = Object.entries(queues).map(([name, work]) => queueChoice(name, work.queue.queueUrl));
  const undelivered = undeliveredOutcomesUrl && queueChoice(deliveriesName, undeliveredOutcomesUrl);
  const forms: Record<DocumentAct, { description: string; parameters: object }> = {
    pause: {
      description: `pause a lane\n\nIts messages wait in SQS until somebody resumes it. The governor switches it off within a minute. ${after}`,
      parameters: { ...which, ...why },
    },
    resume: {
      description: `resume a lane\n\nThe governor switches it on within a minute, and pauses it again if its failure persists. ${after}`,
      parameters: { ...which, ...why },
    },
    replay: {
      description: `send parked commands back\n\nThe replayer begins at once. Without quota, commands stay parked. ${after}`,
      parameters: why,
    },
    redrive: {
      description:
        'send dead letters back\n\nRemove the cause first, and send one back before you send many. Each execution sends up to 400, ' +
        `at 20 a second. Start it again for more. A command is carried out once, however often it is sent back. ${after}`,
      parameters: {
        [queue]: {
          type: 'String',
          description: 'The queue that the dead letters came from.',
          allowedValues: [...urls, ...(undelivered === undefined ? [] : [undelivered])],
        },
        [limit]: {
          type: 'String',
          description: 'How many to send back at most.',
          allowedValues: redriveLimits,
          default: '10',
        },
        ...why,
      },
    },
  };
  return forms[act];
}

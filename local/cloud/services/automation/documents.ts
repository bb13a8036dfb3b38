import { z } from 'zod';
import type { Deployment, Resource } from '../../assembly/deployment.ts';

/** The most bytes of a document (Systems Manager user guide, "Quotas"). */
const mostBytes = 65_536;

/** The properties of `AWS::SSM::Document` that are implemented. */
export const documentProperties = z.looseObject({
  Name: z
    .string()
    .regex(/^[a-zA-Z0-9_\-.]{3,128}$/)
    .regex(/^(?!aws|amazon|amzn)/i, 'the name is reserved for AWS'),
  DocumentType: z.literal('Automation'),
  DocumentFormat: z.literal('JSON').optional(),
  Content: z.unknown(),
});

const name = z.string().regex(/^\w{1,128}$/);
const parameter = z.strictObject({
  type: z.literal('String'),
  description: z.string().max(1_024).optional(),
  allowedValues: z.array(z.string().min(1).max(512)).min(1).optional(),
  allowedPattern: z.string().optional(),
  default: z.string().optional(),
});
export type Parameter = z.output<typeof parameter>;

const common = {
  name,
  description: z.string().optional(),
  isEnd: z.boolean().optional(),
  maxAttempts: z.literal(1).optional(),
  onFailure: z.literal('Abort').optional(),
  timeoutSeconds: z.int().min(1).optional(),
};
const step = z.discriminatedUnion('action', [
  z.strictObject({
    ...common,
    action: z.literal('aws:invokeLambdaFunction'),
    inputs: z.strictObject({
      FunctionName: z.string(),
      Qualifier: z.string().optional(),
      InputPayload: z.record(z.string(), z.unknown()),
    }),
  }),
  z.strictObject({
    ...common,
    action: z.literal('aws:executeScript'),
    inputs: z.strictObject({
      Runtime: z.string().regex(/^python3\./, 'only Python is implemented here'),
      Handler: name,
      Script: z.string().min(1),
      InputPayload: z.record(z.string(), z.unknown()),
    }),
    outputs: z
      .array(
        z.strictObject({ Name: name, Selector: z.string().regex(/^\$\.Payload\.\w+$/), Type: z.literal('String') }),
      )
      .optional(),
  }),
  z.strictObject({
    ...common,
    action: z.literal('aws:sleep'),
    inputs: z.strictObject({ Duration: z.string().regex(/^PT\d+[SMH]$/) }),
  }),
]);
export type Step = z.output<typeof step>;

const content = z.strictObject({
  schemaVersion: z.literal('0.3'),
  description: z.string().optional(),
  parameters: z.record(name, parameter).default({}),
  mainSteps: z.array(step).min(1),
  outputs: z.array(z.string().regex(/^\w+\.\w+$/)).optional(),
});
export type Content = z.output<typeof content>;

export interface AutomationDocument {
  readonly name: string;
  readonly arn: string;
  /** As Systems Manager keeps it. */
  readonly text: string;
  readonly content: Content;
}

/**
 * The Automation documents of a deployment.
 *
 * @throws with the place, for a document that Systems Manager would refuse, and for one that is not implemented here
 */
export function automationDocuments(deployment: Deployment): ReadonlyMap<string, AutomationDocument> {
  const documents = new Map<string, AutomationDocument>();
  for (const resource of deployment.resources('AWS::SSM::Document')) {
    const document = documentOf(resource, deployment);
    if (documents.has(document.name)) throw faultIn(resource, `there is another document ${document.name}`);
    documents.set(document.name, document);
  }
  return documents;
}

function documentOf(resource: Resource, deployment: Deployment): AutomationDocument {
  const properties = deployment.properties(resource, documentProperties);
  const text = JSON.stringify(properties.Content);
  const bytes = Buffer.byteLength(text);
  if (bytes > mostBytes)
    throw faultIn(resource, `the content has ${bytes} bytes, and Systems Manager takes ${mostBytes}`);
  const parsed = content.safeParse(properties.Content);
  if (!parsed.success) throw faultIn(resource, z.prettifyError(parsed.error));
  const fault = faultOf(parsed.data);
  if (fault !== undefined) throw faultIn(resource, fault);
  return { name: properties.Name, arn: resource.arn, text, content: parsed.data };
}

const faultIn = ({ where, type }: Resource, fault: string) => new Error(`${where} (${type}): ${fault}`);

/** Variables of the whole document that are implemented. */
export const executionId = 'automation:EXECUTION_ID';

/** What no schema can state: names are unique, and each variable has a value when its step runs. */
function faultOf({ mainSteps, parameters, outputs = [] }: Content): string | undefined {
  const known = new Set([executionId, ...Object.keys(parameters)]);
  const names = new Set<string>();
  for (const one of mainSteps) {
    if (names.has(one.name)) return `two steps have the name ${one.name}`;
    names.add(one.name);
    const unknown = variablesIn(JSON.stringify(one.inputs)).find((variable) => !known.has(variable));
    if (unknown !== undefined) return `the step ${one.name} reads ${unknown}, which has no value there`;
    for (const output of outputsOf(one)) known.add(`${one.name}.${output}`);
  }
  const missing = outputs.find((output) => !known.has(output));
  return missing && `the output ${missing} has no step`;
}

/** The variables in a text: `act.Payload` in `{{ act.Payload }}`. */
export const variablesIn = (text: string) =>
  [...text.matchAll(/\{\{\s*([^{}]*?)\s*\}\}/g)].map(([, found = '']) => found);

/** The names of a step's outputs. */
function outputsOf(one: Step): string[] {
  if (one.action === 'aws:invokeLambdaFunction') return ['StatusCode', 'FunctionError', 'Payload'];
  return one.action === 'aws:executeScript' ? (one.outputs ?? []).map(({ Name }) => Name) : [];
}

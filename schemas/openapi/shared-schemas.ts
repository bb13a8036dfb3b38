import * as z from 'zod';
import { qrOptions } from '../../lambdas/domain/contract/command.ts';
import { outcomeSchema } from '../../lambdas/domain/contract/outcome.ts';
import {
  answeredCodeSchema,
  answeredLinkSchema,
  keyAnswerSchema,
  linkAnswerSchema,
  listAnswerSchema,
  pointedFaultSchema,
  problemSchema,
  requestAnswerSchema,
} from '../../lambdas/domain/http/answers.ts';
import { commandJsonSchema, type Schema } from '../command-schema.ts';

/** The place of a shared schema in the document. */
export const schemaRef = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** The schemas that operations share, by name: the commands by the contract, and the answers of the HTTP API. */
export function sharedSchemas(): Record<string, Schema> {
  return { ...commandSchemas(), ...answerSchemas() };
}

/** The HTTP API fills in these fields, so a body may leave them out. */
const filledIn = ['specVersion', 'source', 'requestId', 'requestedAt'];

function commandSchemas(): Record<string, Schema> {
  const { oneOf = [], $defs = {} } = commandJsonSchema();
  // The HTTP API answers a `get` with a pointer to the GET of a link.
  const variants = oneOf.flatMap((variant) =>
    typeof variant === 'object' && variant.title !== 'get' ? [variant] : [],
  );
  const named = variants.map(({ title = '', ...variant }): [string, Schema] => [
    `${capitalised(title)}Command`,
    withSharedCode({ ...variant, required: (variant.required ?? []).filter((field) => !filledIn.includes(field)) }),
  ]);
  const { $schema: _, ...qr } = z.toJSONSchema(qrOptions, { io: 'input' });
  const mapping = Object.fromEntries(
    named.map(([name], index) => [variants[index]?.title ?? '', schemaRef(name).$ref]),
  );
  const fields = Object.entries($defs).map(([name, schema]): [string, Schema] => [capitalised(name), schema as Schema]);
  const command: Schema = {
    description:
      'A command. The HTTP API fills in `specVersion`, `source` and `requestedAt`. The header `Idempotency-Key` may state the `requestId`.',
    oneOf: named.map(([name]) => schemaRef(name)),
    discriminator: { propertyName: 'action', mapping },
  };
  return relinked({
    Command: command,
    ...Object.fromEntries(named),
    KeyedLink: keyedLink(named),
    ...Object.fromEntries(fields),
    QrOptions: qr as Schema,
  });
}

/** The options of a QR code, as a reference: two commands have them. */
function withSharedCode({ properties = {}, ...command }: Schema): Schema {
  return {
    ...command,
    properties: { ...properties, ...(properties.qr !== undefined && { qr: schemaRef('QrOptions') }) },
  };
}

/** The body of a link by its key: a create without what its path states. */
function keyedLink(commands: readonly (readonly [string, Schema])[]): Schema {
  const [, create = {}] = commands.find(([name]) => name === 'CreateCommand') ?? [];
  const { action: _, requestId: __, ...properties } = create.properties ?? {};
  return {
    ...create,
    description: 'The link as it is to be. The key stands for the `requestId`.',
    properties,
    required: (create.required ?? []).filter((field) => field !== 'action'),
  };
}

const capitalised = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

/** References to the definitions of the command's own document, as references within this one. */
function relinked(schemas: Record<string, Schema>): Record<string, Schema> {
  return JSON.parse(JSON.stringify(schemas), (name, value) => {
    const field = name === '$ref' ? /^#\/\$defs\/(.+)$/.exec(String(value))?.[1] : undefined;
    return field === undefined ? value : schemaRef(capitalised(field)).$ref;
  });
}

function answerSchemas(): Record<string, Schema> {
  const named = z.registry<{ id: string }>();
  named.add(outcomeSchema, { id: 'Outcome' });
  named.add(answeredLinkSchema, { id: 'AnsweredLink' });
  named.add(answeredCodeSchema, { id: 'AnsweredCode' });
  named.add(pointedFaultSchema, { id: 'PointedFault' });
  named.add(problemSchema, { id: 'Problem' });
  named.add(requestAnswerSchema, { id: 'RequestAnswer' });
  named.add(listAnswerSchema, { id: 'ListAnswer' });
  named.add(linkAnswerSchema, { id: 'LinkAnswer' });
  // As an input, which allows other fields: a caller must accept answers with fields that a later release adds.
  const { schemas } = z.toJSONSchema(named, { io: 'input', uri: (id) => schemaRef(id).$ref });
  const plain = Object.entries(schemas).map(([name, { $id: _, $schema: __, ...schema }]) => [name, schema]);
  return { ...Object.fromEntries(plain), KeyAnswer: keyAnswer() };
}

/** The answer of a request, and what the key answer adds to it. */
function keyAnswer(): Schema {
  const { change } = keyAnswerSchema.shape;
  const { $schema: _, ...schema } = z.toJSONSchema(z.object({ change }), { io: 'input' });
  return { allOf: [schemaRef('RequestAnswer'), schema as Schema] };
}

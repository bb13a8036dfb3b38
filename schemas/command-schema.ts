import * as z from 'zod';
import { type ApiContract, commandSchema } from '../lambdas/domain/contract/command.ts';
import { forbiddenParameters, parameterRules } from '../lambdas/domain/contract/link-data.ts';
import { portablePattern } from './portable-pattern.ts';

/** A JSON Schema, or a part of one. */
export type Schema = z.core.JSONSchema.JSONSchema;

/** The limits of the older contract. An account on the newer one has 3,000 characters and 730 days: lib/config/config.ts. */
const publishedContract: ApiContract = { maxDataCharacters: 2_048, maxTtlDays: 365 };

/** The JSON Schema of a command. It cannot express some rules (the payload's size, a number's digits): descriptions state them. */
export function commandJsonSchema(contract = publishedContract): Schema {
  const { $schema, oneOf = [] } = z.toJSONSchema(commandSchema(contract), { io: 'input' });
  const variants = oneOf.filter((variant) => typeof variant === 'object');
  for (const { properties = {} } of variants) {
    if (properties.data !== undefined) properties.data = linkData(contract);
    if (properties.ttl !== undefined) properties.ttl = ttl(properties.ttl, contract);
  }
  return {
    ...($schema !== undefined && { $schema }),
    $id: 'urn:onelink-pipeline:command:1.0',
    title: 'OneLink Pipeline command',
    description:
      'The command that a producer sends to a lane’s queue: bare, as the detail of an EventBridge event, as the data of a ' +
      'CloudEvent, or inside an SNS notification. One message holds one command.',
    ...hoisted(variants),
  };
}

/** The schema of `data`, with the published rule of each parameter that has one. */
function linkData({ maxDataCharacters }: ApiContract): Schema {
  const scalar: Schema = { type: ['string', 'number', 'boolean'] };
  const known = Object.entries(parameterRules).map(([name, { maxLength, pattern, expected }]): [string, Schema] => [
    name,
    {
      ...scalar,
      ...(maxLength !== undefined && { maxLength }),
      ...(pattern !== undefined && { pattern: portablePattern(pattern) }),
      ...(expected !== undefined && { description: `${expected.charAt(0).toUpperCase()}${expected.slice(1)}.` }),
    },
  ]);
  return {
    description:
      'The link’s parameters. `pid`, the media source, is mandatory. Any other name is a parameter of your own. The whole must ' +
      `not exceed ${maxDataCharacters} characters as JSON. The pipeline sends a number as the text that JavaScript ` +
      'writes. Send a number with more than 15 digits, an exponent or a final zero as text. Names must be unique, also if < ' +
      'counts as %3C and > as %3E. Tab and line break are the only control characters allowed.',
    type: 'object',
    properties: Object.fromEntries(known),
    required: ['pid'],
    additionalProperties: scalar,
    propertyNames: { minLength: 1, not: { enum: [...forbiddenParameters, '__proto__'] } },
  };
}

function ttl(schema: z.core.JSONSchema._JSONSchema, { maxTtlDays }: ApiContract): Schema {
  const description = typeof schema === 'object' ? schema.description : undefined;
  return {
    description: `${description} At most ${maxTtlDays} days.`,
    anyOf: [
      { type: 'string', pattern: '^[1-9][0-9]{0,8}[mhd]?$' },
      { type: 'integer', minimum: 1, maximum: maxTtlDays },
    ],
  };
}

/**
 * Moves a field that several variants define identically into `$defs`, under the field's name. A variant with another meaning of
 * the field keeps its own.
 */
function hoisted(variants: Schema[]): Pick<Schema, 'oneOf' | '$defs'> {
  const definitions = new Map<string, string[]>();
  for (const { properties = {} } of variants) {
    for (const [name, field] of Object.entries(properties)) {
      definitions.set(name, [...(definitions.get(name) ?? []), JSON.stringify(field)]);
    }
  }
  const shared = new Map<string, string>();
  for (const [name, texts] of definitions) {
    const [most = []] = [...Map.groupBy(texts, (text) => text).values()].sort(
      (one, other) => other.length - one.length,
    );
    if (most.length > 1 && most[0] !== undefined) shared.set(name, most[0]);
  }
  return {
    oneOf: variants.map((variant) => ({
      title: titleOf(variant),
      ...variant,
      properties: Object.fromEntries(
        Object.entries(variant.properties ?? {}).map(([name, field]) => [
          name,
          shared.get(name) === JSON.stringify(field) ? { $ref: `#/$defs/${name}` } : field,
        ]),
      ),
    })),
    $defs: Object.fromEntries([...shared].map(([name, text]) => [name, JSON.parse(text)])),
  };
}

function titleOf({ properties = {} }: Schema): string {
  return typeof properties.action === 'object' ? String(properties.action.const) : '';
}

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import * as z from 'zod';
import { withUsageCode } from '../cli/terminal/usage.ts';
import { outcomeSchema } from '../lambdas/domain/contract/outcome.ts';
import { commandJsonSchema, type Schema } from './command-schema.ts';
import { openApiDocument } from './openapi/document.ts';

/**
 * Makes the JSON Schemas and the OpenAPI document, for callers in other languages, from the zod contract that the pipeline checks.
 * JSON Schema cannot express some rules (the payload's size, a number's digits, a producer's rights). Descriptions state them.
 */

export const schemaFiles: Readonly<Record<string, () => Schema>> = {
  'command.schema.json': () => commandJsonSchema(),
  'outcome.schema.json': outcomeJsonSchema,
  'openapi.json': openApiDocument,
};

/** @returns the file's text, ending in a line feed. */
export function textOf(schema: Schema): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function outcomeJsonSchema(): Schema {
  // As an input, which allows other fields: a subscriber must accept outcomes with fields that a later release adds.
  const { $schema, ...schema } = z.toJSONSchema(outcomeSchema, { io: 'input' });
  return {
    ...($schema !== undefined && { $schema }),
    $id: 'urn:onelink-pipeline:outcome:1.0',
    title: 'OneLink Pipeline outcome',
    description:
      'The result of a command, as published on the outcome topic. Message attributes to filter by: outcome, action, source, lane.',
    ...schema,
  };
}

if (import.meta.main) {
  const program = new Command('npm run schemas');
  withUsageCode(
    program.description(
      'Writes the JSON Schemas of commands and outcomes, and the OpenAPI document, from the contract.',
    ),
  ).parse();
  for (const [file, schema] of Object.entries(schemaFiles)) {
    writeFileSync(fileURLToPath(new URL(file, import.meta.url)), textOf(schema()));
    console.log(`schemas/${file}`);
  }
}

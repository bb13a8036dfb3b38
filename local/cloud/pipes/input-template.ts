/** What the reserved variables of one record stand for, without their `aws.pipes.`; a pipe sees no others here. */
export type PipeVariables = Readonly<
  Record<'pipe-arn' | 'pipe-name' | 'source-arn' | 'target-arn' | 'event.ingestion-time', string>
>;

/** A piece of the template: text, or what takes a placeholder's value from a record. */
type Piece = string | ((record: unknown, variables: PipeVariables) => string);

const placeholder = /<(\$[^<>]*|aws\.pipes\.[^<>]*)>/g;
const path = /^\$(?:\.[\w-]+|\[\d+\])*$/;
const variableNames = ['pipe-arn', 'pipe-name', 'source-arn', 'target-arn', 'event.ingestion-time'] as const;

/**
 * Makes a function of a pipe's `InputTemplate`. A value within quotes is put in as it is, nothing escaped, an object
 * without its quotes; outside of quotes a JSON template gets it as JSON, and any other template as text. A path that
 * leads nowhere gives an empty text.
 * @throws for a placeholder that is not known: wildcards, and variables of enrichments
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html
 */
export function compileTemplate(template: string): (record: unknown, variables: PipeVariables) => string {
  const isJson = /^\s*[{["]/.test(template);
  const pieces: Piece[] = [];
  let end = 0;
  let quoted = false;
  for (const match of template.matchAll(placeholder)) {
    const [whole, name = ''] = match;
    const before = template.slice(end, match.index);
    // An odd number of quotes, without those that are escaped, opens or closes a text.
    if ((before.replace(/\\./g, '').match(/"/g)?.length ?? 0) % 2 === 1) quoted = !quoted;
    const read = compilePlaceholder(name);
    const form = !isJson ? asText : quoted ? withoutQuotes : asJson;
    pieces.push(before, (record, variables) => form(read(record, variables)));
    end = match.index + whole.length;
  }
  pieces.push(template.slice(end));
  return (record, variables) =>
    pieces.map((piece) => (typeof piece === 'string' ? piece : piece(record, variables))).join('');
}

function compilePlaceholder(name: string): (record: unknown, variables: PipeVariables) => unknown {
  const variable = variableNames.find((known) => `aws.pipes.${known}` === name);
  if (variable !== undefined) return (_, variables) => variables[variable];
  if (name === 'aws.pipes.event' || name === 'aws.pipes.event.json') return (record) => record;
  if (!path.test(name)) throw new Error(`<${name}>: this placeholder is not known here`);
  const steps = name.slice(1).match(/[\w-]+/g) ?? [];
  return (record) => steps.reduce(stepInto, record);
}

function stepInto(value: unknown, step: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[step];
}

function asJson(value: unknown): string {
  return JSON.stringify(value ?? '');
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
}

function withoutQuotes(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value).replaceAll('"', '') : asText(value);
}

/** The value of one field of a JSON object, and its text: compact, with each number as the client wrote it. */
export interface Field {
  readonly value: unknown;
  readonly text: string;
}

/** A value that no client wrote, such as one of a preload or a test. */
export function fieldOf(value: string | number | boolean | null): Field {
  return { value, text: JSON.stringify(value) };
}

/** A JSON object with unchecked values. If a name occurs twice, its first position and its last value count. */
export type Fields = ReadonlyMap<string, Field>;

/** The fields of a JSON object, or undefined if the text is anything else. */
export function fieldsOf(text: string): Fields | undefined {
  const value = parsed(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const values = value as Readonly<Record<string, unknown>>;
  return new Map([...members(compact(text))].map(([name, own]) => [name, { value: values[name], text: own }]));
}

/** Compact JSON of the fields. */
export function jsonOf(fields: Fields): string {
  return `{${[...fields].map(([name, { text }]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
}

export function valuesOf(fields: Fields): Record<string, unknown> {
  return Object.fromEntries([...fields].map(([name, { value }]) => [name, value]));
}

/** A string unchanged; any other value as JSON. `String` is not safe here: an object can make it throw. */
export function plainText({ value, text }: Field): string {
  return typeof value === 'string' ? value : text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// The two functions below expect valid JSON. They are not recursive: deep nesting must not overflow the stack.

/** Valid JSON without blanks, with strings in their shortest form and numbers unchanged. */
function compact(json: string): string {
  const pieces: string[] = [];
  let at = 0;
  while (at < json.length) {
    const from = at;
    if (json[at] === '"') {
      at = endOfString(json, at);
      pieces.push(JSON.stringify(JSON.parse(json.slice(from, at))));
    } else if (isBlank(json[at])) {
      at += 1;
    } else {
      while (at < json.length && json[at] !== '"' && !isBlank(json[at])) at += 1;
      pieces.push(json.slice(from, at));
    }
  }
  return pieces.join('');
}

/** Name and text of each member of a compact object. */
function* members(object: string): Generator<[name: string, text: string]> {
  let at = 1;
  while (object[at] === '"') {
    const colon = endOfString(object, at);
    const end = endOfValue(object, colon + 1);
    yield [JSON.parse(object.slice(at, colon)), object.slice(colon + 1, end)];
    at = end + 1;
  }
}

function endOfValue(json: string, start: number): number {
  let depth = 0;
  for (let at = start; at < json.length; at++) {
    const character = json[at];
    if (character === '"') at = endOfString(json, at) - 1;
    else if (character === '{' || character === '[') depth += 1;
    else if (depth === 0 && (character === ',' || character === '}')) return at;
    else if (character === '}' || character === ']') depth -= 1;
  }
  return json.length;
}

/** The position after the closing quotation mark of the string that begins here. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at + 1;
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\n' || character === '\r' || character === '\t';
}

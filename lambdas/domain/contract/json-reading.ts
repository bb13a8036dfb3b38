import { jsonFault } from './json-fault.ts';

/** A part of a JSON text that is lost when JavaScript reads it. */
export interface JsonLoss {
  /**
   * - `number`     JavaScript would write other digits for it
   * - `duplicate`  its object has the name more than once, and all but the last would vanish
   */
  kind: 'number' | 'duplicate';
  /** The path to it. */
  path: readonly string[];
}

export type JsonReading =
  | { json: unknown; losses: JsonLoss[] }
  /** Why the text is unreadable, worded to follow its name. */
  | { problem: string };

/**
 * The deepest level of a command's parameter in its message: `detail`, `data`, the parameter. Deeper values are refused
 * anyway.
 */
const deepestName = 3;

const byteOrderMark = '\uFEFF';

/** Reads JSON, and lists what would be lost of it, except in arrays and below the third level. */
export function readJson(text: string): JsonReading {
  if (text.startsWith(byteOrderMark)) {
    return { problem: 'starts with a byte order mark (U+FEFF): send the JSON without it' };
  }
  try {
    const json: unknown = JSON.parse(text);
    return { json, losses: lossesIn(text) };
  } catch {
    return { problem: `is not JSON ${jsonFault(text)}` };
  }
}

/**
 * `JSON.parse` passes a primitive's source text to its reviver (ECMAScript 2026, Node.js 21). TypeScript lacks the
 * type.
 */
type ReviverWithSource = (this: unknown, name: string, value: unknown, context: { source?: string }) => unknown;

/**
 * Reads JSON and keeps the digits of its numbers: a number that JavaScript would write in other digits becomes text.
 * @throws SyntaxError
 */
export function parseKeepingDigits(text: string): unknown {
  const keep: ReviverWithSource = (_, value, { source }) =>
    typeof value === 'number' && source !== undefined && JSON.stringify(value) !== source ? source : value;
  return JSON.parse(text, keep as (this: unknown, name: string, value: unknown) => unknown);
}

/** An object that is being read. Arrays have no names. */
interface OpenObject {
  names: Set<string>;
  name: string;
}

const numberAt = /-?\d[\d.eE+-]*/y;

/** Finds the losses in text that is valid JSON. */
function lossesIn(text: string): JsonLoss[] {
  const losses: JsonLoss[] = [];
  const open: (OpenObject | 'array')[] = [];
  let nameComes = false;
  const addLoss = (kind: JsonLoss['kind']) => {
    const path = open.map((one) => (one === 'array' ? '' : one.name));
    losses.push({ kind, path });
  };
  const isNamed = (one: OpenObject | 'array' | undefined) =>
    one !== undefined && one !== 'array' && open.length <= deepestName;
  for (let at = 0; at < text.length; ) {
    const inner = open.at(-1);
    const character = text[at];
    if (character === '{' || character === '[') {
      open.push(character === '{' ? { names: new Set(), name: '' } : 'array');
      nameComes = character === '{';
    } else if (character === '}' || character === ']') {
      open.pop();
    } else if (character === ',') {
      nameComes = inner !== 'array';
    } else if (character === '"') {
      const end = endOfString(text, at);
      if (nameComes && inner !== undefined && inner !== 'array' && open.length <= deepestName) {
        const name = stringAt(text, at, end);
        inner.name = name;
        if (inner.names.has(name)) addLoss('duplicate');
        inner.names.add(name);
      }
      nameComes = false;
      at = end;
      continue;
    } else if (character === '-' || (character !== undefined && character >= '0' && character <= '9')) {
      numberAt.lastIndex = at;
      const [written = ''] = numberAt.exec(text) ?? [];
      if (isNamed(inner) && JSON.stringify(Number(written)) !== written) addLoss('number');
      at += written.length;
      continue;
    }
    at += 1;
  }
  return losses;
}

/** The position after the closing quotation mark of the string that starts here. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); ; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text[at - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return at + 1;
  }
}

function stringAt(text: string, start: number, end: number): string {
  const inside = text.slice(start + 1, end - 1);
  return inside.includes('\\') ? JSON.parse(text.slice(start, end)) : inside;
}

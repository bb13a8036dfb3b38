import { jsonFault } from './json-fault.ts';

/** What a JSON text says that is lost when JavaScript reads it. */
export interface JsonLoss {
  /**
   * - `number`     its digits are not those that JavaScript writes for it: they would go out as others
   * - `duplicate`  the name stands more than once in its object: all but the last would vanish
   */
  kind: 'number' | 'duplicate';
  /** The names that lead there. */
  path: readonly string[];
}

export type JsonReading =
  | { json: unknown; losses: JsonLoss[] }
  /** Why it cannot be read, worded to follow the name of what it is. */
  | { problem: string };

/** A command is at most this deep in its message: `detail`, `data`, the parameter. What lies deeper is refused anyway. */
const deepestName = 3;

const byteOrderMark = '\uFEFF';

/** Reads JSON, and tells what of it would be lost. Losses in arrays and below the third name are left out. */
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

/** `JSON.parse` hands a primitive's source text to its reviver (ECMAScript 2026; Node.js 21); the type is not told yet. */
type ReviverWithSource = (this: unknown, name: string, value: unknown, context: { source?: string }) => unknown;

/**
 * Reads JSON whose numbers keep their text: one that JavaScript would write in other digits comes as text.
 * @throws SyntaxError
 */
export function parseKeepingDigits(text: string): unknown {
  const keep: ReviverWithSource = (_, value, { source }) =>
    typeof value === 'number' && source !== undefined && JSON.stringify(value) !== source ? source : value;
  return JSON.parse(text, keep as (this: unknown, name: string, value: unknown) => unknown);
}

/** An object that is being walked through; arrays have no names. */
interface OpenObject {
  names: Set<string>;
  name: string;
}

const numberAt = /-?\d[\d.eE+-]*/y;

/** Walks through text that is known to be JSON. */
function lossesIn(text: string): JsonLoss[] {
  const losses: JsonLoss[] = [];
  const open: (OpenObject | 'array')[] = [];
  let nameComes = false;
  const tell = (kind: JsonLoss['kind']) => {
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
        if (inner.names.has(name)) tell('duplicate');
        inner.names.add(name);
      }
      nameComes = false;
      at = end;
      continue;
    } else if (character === '-' || (character !== undefined && character >= '0' && character <= '9')) {
      numberAt.lastIndex = at;
      const [written = ''] = numberAt.exec(text) ?? [];
      if (isNamed(inner) && JSON.stringify(Number(written)) !== written) tell('number');
      at += written.length;
      continue;
    }
    at += 1;
  }
  return losses;
}

/** The place after the closing quotation mark of the string that starts here. */
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

import { wireText } from './wire-json.ts';

/** A number, `true`, `false` or `null`, if it ends there. */
const scalarAt = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;
/** The valid part of a string. It always matches, so the pattern never backtracks. */
const stringAt = /"(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*/uy;
const blanksAt = /[ \t\n\r]*/y;

/**
 * The causes of invalid JSON, with their remedies. The first match counts. Control characters are escaped here, because
 * tools on the way may have escaped them too.
 */
const signs: readonly (readonly [RegExp, string])[] = [
  [/^$/, 'it ends too early'],
  [/^\\u0000/, 'NUL; is it UTF-16? Send UTF-8'],
  [/^\\u001f/, 'gzip; send it uncompressed'],
  [/^H4sI/, 'base64 of gzip; send the JSON itself'],
  [/^(?:eyJ|ew[o0])/, 'base64; send the JSON itself'],
  [/^%7B/i, 'URL encoding; send the JSON itself'],
  [/^\ufffd/, 'a byte that is not UTF-8'],
  [/^[\u00ab\u00bb\u2018-\u201f\u201e\uff02]/, 'a typographic quotation mark; write "'],
  [/^```/, 'a Markdown fence; leave it out'],
  [/^['`]/, 'a quotation mark other than "'],
  [/^(?:\/[/*]|#)/, 'a comment; leave it out'],
  [/^(?:[+-]?(?:NaN|Infinity)|undefined|None|nil)/i, 'a value that JSON does not have; write null, or text in quotes'],
  [/^(?:true|false|null)/i, 'true, false and null are lower case'],
  [/^[-+.]?[\d.]/, 'not a JSON number (such as +1, .5, 01); write its digits, or text in quotes'],
  [/^</, 'HTML or XML; send JSON'],
  [/^[^\S \t\n\r]|^\p{Cf}/u, 'a blank other than space, tab, CR and LF'],
  [/^\p{Cc}|^\\u00[01]/u, 'a control character; leave it out'],
];

const csv = 'CSV; make one JSON object of each row';
const comma = 'a comma after the command; leave it out, or put [ and ] around all commands';

/** Where a text stops being JSON, and why. It never quotes the text. */
export function jsonFault(text: string): string {
  const { at, why, otherwise } = firstFault(text);
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  const place = line === 1 ? `character ${at + 1}` : `line ${line}, character ${at - before.lastIndexOf('\n')}`;
  const found = why ?? signs.find(([sign]) => sign.test(wireText(text.slice(at, at + 200))))?.[1] ?? otherwise;
  return `(${place}): ${found}`;
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

/** A cause that is certain, or the one that counts if no sign matches. */
type Fault = { at: number; why?: string; otherwise?: string };

/** Reads the text up to its first fault. */
function firstFault(text: string): Fault {
  const open: ('{' | '[')[] = [];
  let wanted: 'value' | 'name' | 'colon' | 'next' = 'value';
  let before = '';
  for (let at = 0; ; ) {
    at += matchAt(blanksAt, text, at).length;
    const [character = '', inner] = [text[at], open.at(-1)];
    const isEnd = character === (inner === '{' ? '}' : ']') && inner !== undefined;
    if (wanted === 'next') {
      if (inner === undefined) return { at, ...afterTheEnd(text, at) };
      if (isEnd) open.pop();
      else if (character === ',') wanted = inner === '{' ? 'name' : 'value';
      else if (character === '"') return { at, why: 'a comma is missing before it' };
      else return { at, otherwise: `a comma or ${inner === '{' ? '}' : ']'} is missing before it` };
      at += 1;
    } else if (wanted === 'colon') {
      if (character !== ':') return { at, ...(character !== '' && { why: 'a colon is missing before it' }) };
      wanted = 'value';
      at += 1;
    } else if (isEnd) {
      if (before === ',') return { at, why: 'a comma before the end; leave it out' };
      if (before === ':') return { at, why: 'a value is missing before it; write null, or text in quotes' };
      open.pop();
      wanted = 'next';
      at += 1;
    } else if (character === '"') {
      const end = at + matchAt(stringAt, text, at).length;
      if (text[end] !== '"') return { at: end, why: inText(text[end]) };
      wanted = wanted === 'name' ? 'colon' : 'next';
      at = end + 1;
    } else if (wanted === 'name') {
      const why = 'a name without quotes';
      return { at, ...(/^[\p{L}_$]/u.test(character) ? { why } : { otherwise: 'no name in quotes' }) };
    } else if (character === '{' || character === '[') {
      open.push(character);
      wanted = character === '{' ? 'name' : 'value';
      at += 1;
    } else {
      const { length } = matchAt(scalarAt, text, at);
      if (length === 0)
        return { at, otherwise: open.length > 0 ? 'no JSON value; write text in quotes' : noCommand(text) };
      wanted = 'next';
      at += length;
    }
    before = character;
  }
}

/** The fault of a text that continues after the first value. */
function afterTheEnd(text: string, at: number): Omit<Fault, 'at'> {
  const character = text[at] ?? '';
  if (/[,;"]/.test(character) && !/^\s*[{[]/.test(text)) return { why: csv };
  if (character === ',') return { why: comma };
  if (!/[{["]/.test(character)) return { otherwise: 'other text after the command; leave it out' };
  const crOnly = text.includes('\r') && !text.includes('\n') ? ', and its lines end in CR alone: write LF' : '';
  return { why: `a second value; a message is one command${crOnly}` };
}

function noCommand(text: string): string {
  if (/^\s*,/.test(text)) return comma;
  return /^[^{}[\]]*?[,;\t]/.test(text) ? csv : 'no command; a command is one JSON object: {…}';
}

function inText(character: string | undefined): string {
  if (character === undefined) return 'text without its closing quotation mark';
  if (character === '\\') return 'an escape that JSON does not have';
  return character === '\t'
    ? 'a tab in text; write it as \\t'
    : 'a control character in text; write a line break as \\n';
}

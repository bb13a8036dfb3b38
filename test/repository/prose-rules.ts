/** A piece of prose, and the line on which it begins. A cell of a table is a piece of its own. */
export interface Passage {
  line: number;
  text: string;
}

export interface Finding {
  line: number;
  fault: string;
}

export interface Synonym {
  not: string;
  write: string;
}

/** docs/glossary.md and style: 15 words are good, 25 are the most. */
export const mostWords = 25;

/** What stands for a piece of code in a sentence. It counts as one word and is no word of the glossary. */
const code = '§';

const fence = /^\s*```/;
const tableRow = /^\s*\|/;
const listItem = /^\s*(?:[-*]|\d+\.)\s+/;
const heading = /^#+\s+/;

/** The prose of a Markdown page. Fenced blocks are code. `withTables: false` leaves out tables, where a program prints them. */
export function passagesOfPage(markdown: string, { withTables = true } = {}): Passage[] {
  const passages: Passage[] = [];
  let open: Passage | undefined;
  let fenced = false;
  const begin = (line: number, text: string) => {
    open = { line, text };
    passages.push(open);
  };
  for (const [index, text] of markdown.split('\n').entries()) {
    const line = index + 1;
    if (fence.test(text)) fenced = !fenced;
    if (fenced || fence.test(text) || text.trim() === '') open = undefined;
    else if (tableRow.test(text)) {
      open = undefined;
      if (withTables) for (const cell of cellsOf(text)) passages.push({ line, text: cell });
    } else if (heading.test(text)) {
      passages.push({ line, text: text.replace(heading, '') });
      open = undefined;
    } else if (open === undefined || listItem.test(text)) begin(line, text.replace(listItem, ''));
    else open.text += ` ${text.trim()}`;
  }
  return passages;
}

function cellsOf(row: string): string[] {
  const cells = row
    .replaceAll(/`[^`]*`/g, code)
    .split('|')
    .slice(1, -1);
  return cells.filter((cell) => !/^\s*[-:]*\s*$/.test(cell));
}

// The order counts: a comment before a regular expression, so that its slashes begin none.
const tokens =
  /(?<line>\/\/[^\n]*)|(?<block>\/\*[\s\S]*?\*\/)|(?<regex>(?<=[(,=:[!&|?{};]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/)|(?<text>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`)/g;

const titleFollows = /(?:\b(?:it|test|describe)[.\w]*(?:\([^()]*\))?|\]\))\($/;

/** The prose of a TypeScript file: its comments, and the texts of four words and more. Lines of a text that are set apart are passages. */
export function passagesOfProgram(source: string, { isTest = false } = {}): Passage[] {
  const passages: Passage[] = [];
  let end = 0;
  for (const { 0: token, index, groups } of source.matchAll(tokens)) {
    if (groups?.regex !== undefined) continue;
    // A test's other texts are what it expects, or programs.
    const isText = groups?.line === undefined && groups?.block === undefined;
    if (isTest && isText && !titleFollows.test(source.slice(0, index))) continue;
    const line = source.slice(0, index).split('\n').length;
    const previous = passages.at(-1);
    if (groups?.line === undefined) passages.push(...passagesOfToken(token, line, groups?.block !== undefined));
    else if (previous !== undefined && /^\n *$/.test(source.slice(end, index))) previous.text += token.slice(2);
    else passages.push({ line, text: token.slice(2).trim() });
    end = groups?.line === undefined ? 0 : index + token.length;
  }
  return passages;
}

/** The prose between the tags of a TSX file. What is in braces or tags is code. */
export function passagesOfMarkup(source: string): Passage[] {
  return [...source.matchAll(/(?<!=)>([^<>{}=;]+)(?=[<{])/g)].flatMap(({ 1: inner = '', index }) => {
    const text = inner.replaceAll(/\s+/g, ' ').trim();
    const words = text.split(' ').filter((word) => /\p{L}/u.test(word)).length;
    return words >= 4 ? [{ line: source.slice(0, index).split('\n').length, text }] : [];
  });
}

function passagesOfToken(token: string, line: number, isComment: boolean): Passage[] {
  const inner = isComment
    ? token.slice(2, -2).replaceAll(/^\s*\*+ ?/gm, '')
    : token.slice(1, -1).replaceAll(/\$\{[^}]*\}/g, code);
  let at = line;
  return inner.split(/\n(?=\s*\n|\s{2,}|@|- |\d\. )/).flatMap((part) => {
    const passage = { line: at, text: part.replaceAll(/\s+/g, ' ').trim() };
    at += part.split('\n').length;
    const words = passage.text.split(' ').filter((word) => /\p{L}/u.test(word)).length;
    return words >= (isComment ? 1 : 4) ? [passage] : [];
  });
}

/** The words that docs/glossary.md refuses, and what to write. */
export function synonymsOf(glossary: string): Synonym[] {
  const section = glossary.slice(glossary.indexOf('\n## Words not in use'));
  return [...section.matchAll(/^\| ("[^|]*") \| ([^|]*) \|$/gm)].flatMap(([, left = '', write = '']) =>
    [...left.matchAll(/"([^"]+)"/g)].map(([, not = '']) => ({ not, write })),
  );
}

/** What breaks a rule that a machine can judge: a sentence's length, a chain of semicolons, a word that is not in use. */
export function findingsIn(passages: Passage[], synonyms: Synonym[]): Finding[] {
  const patterns = synonyms.map(({ not, write }) => ({
    pattern: new RegExp(`(?<![\\p{L}-])${not.replaceAll(' ', '\\s+')}(?![\\p{L}-])`, 'iu'),
    fault: `"${not}" is not in use; write: ${write}`,
  }));
  return passages.flatMap(({ line, text }) => {
    const plain = withoutMarkup(text);
    const faults = patterns.filter(({ pattern }) => pattern.test(plain)).map(({ fault }) => fault);
    for (const sentence of sentencesOf(plain)) {
      const words = sentence.split(/\s+/).filter((word) => /[\p{L}\p{N}§]/u.test(word)).length;
      if (words > mostWords) faults.push(`${words} words, ${mostWords} are the most: ${sentence}`);
      if (sentence.split(';').length > 2) faults.push(`a chain of semicolons: ${sentence}`);
    }
    return faults.map((fault) => ({ line, fault }));
  });
}

const withoutMarkup = (text: string) =>
  text
    .replaceAll(/`[^`]+`/g, code)
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/\*\*|(?<!\w)[*_]|[*_](?!\w)/g, '');

const sentencesOf = (plain: string) => plain.split(/(?<=[.!?]["”’)]?)\s+(?=["“(]?[\p{Lu}\p{N}§])/u);

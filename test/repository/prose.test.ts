import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findingsIn, passagesOfMarkup, passagesOfPage, passagesOfProgram, synonymsOf } from './prose-rules.ts';

const faultsIn = (page: string, synonyms: { not: string; write: string }[] = []) =>
  findingsIn(passagesOfPage(page), synonyms);
const words = (count: number) => `One ${Array.from({ length: count - 1 }, () => 'word').join(' ')}.`;

describe('a sentence', () => {
  test('of 25 words keeps the rule, of 26 breaks it', () => {
    expect(faultsIn(words(25))).toEqual([]);
    expect(faultsIn(words(26))).toEqual([{ line: 1, fault: `26 words, 25 are the most: ${words(26)}` }]);
  });

  test('may go over several lines, and a page may have many', () => {
    const page = `# A heading\n\n${words(25)}\n${words(14).slice(0, -1)}\n${words(12).toLowerCase()}\n`;
    expect(faultsIn(page).map(({ line, fault }) => [line, fault.slice(0, 8)])).toEqual([[3, '26 words']]);
  });

  test('is counted by itself in each item of a list and each cell of a table', () => {
    const page = ['- of', '- a', '', `| ${words(20)} | ${words(20)} |`, '|---|---|', `| ${words(26)} | |`].join('\n');
    expect(faultsIn(page).map(({ line }) => line)).toEqual([6]);
    expect(findingsIn(passagesOfPage(page, { withTables: false }), [])).toEqual([]);
  });

  test('counts a piece of code as one word, and a fenced block not at all', () => {
    const long = `\`${'--flag '.repeat(30)}\``;
    expect(faultsIn(`Run ${long} first.\n\n\`\`\`sh\n${'word '.repeat(30)}\n\`\`\`\n`)).toEqual([]);
  });

  test('has one semicolon at most', () => {
    expect(faultsIn('It is open; it is shut.')).toEqual([]);
    expect(faultsIn('It is open; it is shut; it parks.')).toEqual([
      { line: 1, fault: 'a chain of semicolons: It is open; it is shut; it parks.' },
    ]);
  });
});

describe('a word that is not in use', () => {
  const synonyms = [{ not: 'free look', write: 'a GET' }];

  test('is found across lines and in any case, with what to write', () => {
    const fault = '"free look" is not in use; write: a GET';
    expect(faultsIn('It takes a Free\nlook first.', synonyms)).toEqual([{ line: 1, fault }]);
    expect(faultsIn('| a free look |', synonyms)).toEqual([{ line: 1, fault }]);
  });

  test('is no part of a longer word, and may be in code', () => {
    expect(faultsIn('A free lookup, `free look`, tax-free look.', synonyms)).toEqual([]);
  });

  test('is on the left of the table in the glossary', () => {
    const glossary = readFileSync(new URL('../../docs/glossary.md', import.meta.url), 'utf8');
    const known = synonymsOf(glossary);
    expect(known).toContainEqual({ not: 'turnstile', write: 'rate limiter, with `acquire` and `release`' });
    expect(known).toContainEqual({ not: 'free look', write: 'verified with a GET, which is free' });
    const rows = glossary.slice(glossary.indexOf('| Not in use |')).trim().split('\n').slice(2);
    expect(rows.filter((row) => !/^\| ("[^"]+", )*"[^"]+" \| [^|]+ \|$/.test(row))).toEqual([]);
    expect(known.length).toBeGreaterThan(50);
  });
});

describe('docs/glossary.md', () => {
  test('lists each term once, in alphabetical order', () => {
    const glossary = readFileSync(new URL('../../docs/glossary.md', import.meta.url), 'utf8');
    const section = glossary.split('\n## ').find((part) => part.startsWith('Terms')) ?? '';
    const terms = [...section.matchAll(/^\| ([^|]+) \|/gm)].map(([, term = '']) => term).slice(1);
    expect(terms.length).toBeGreaterThan(50);
    expect(terms).toEqual([...new Set(terms)].toSorted((a, b) => a.localeCompare(b, 'en')));
  });
});

describe('the prose of a program', () => {
  test('is its comments and its longer texts, each with its line', () => {
    const source = [
      '// A comment that goes',
      '// on in the next line.',
      "const short = 'two words', pattern = /don't/;",
      '/**',
      ' * Reads it.',
      ' * - The first.',
      ' * - The second.',
      ' *',
      ' * @param a the first',
      ' */',
      `const error = \`${'$'}{file} is not a file of commands\`;`,
    ].join('\n');
    expect(passagesOfProgram(source)).toEqual([
      { line: 1, text: 'A comment that goes on in the next line.' },
      { line: 4, text: 'Reads it.' },
      { line: 6, text: '- The first.' },
      { line: 7, text: '- The second.' },
      { line: 9, text: '@param a the first' },
      { line: 11, text: '§ is not a file of commands' },
    ]);
  });

  test('is the comments and the titles of a test, without its expected texts', () => {
    const source = [
      "it('ends as created, with its link', () => {",
      '  // The ledger has it.',
      "  expect(words).toBe('a text of many words; expected');",
      "test.each(rows)('%s ends as one of four kinds', () => {",
    ].join('\n');
    expect(passagesOfProgram(source, { isTest: true }).map(({ text }) => text)).toEqual([
      'ends as created, with its link',
      'The ledger has it.',
      '%s ends as one of four kinds',
    ]);
  });
});

describe('the prose of a page', () => {
  test('is what is between its tags, in four words or more', () => {
    const source = [
      'const rows = list.filter((one) => one.id);',
      'return (',
      '  <p class="lead">',
      '    Held commands wait until {somebody} decides about their sender.',
      '    <b>Not yet</b>',
      '  </p>',
      ');',
    ].join('\n');

    expect(passagesOfMarkup(source)).toEqual([{ line: 3, text: 'Held commands wait until' }]);
  });
});

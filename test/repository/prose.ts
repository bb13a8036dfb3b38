// Holds the docs, and the comments and texts of the programs, to the rules of language that a machine can judge. `npm run check` runs it.
import { globSync, readFileSync } from 'node:fs';
import { findingsIn, passagesOfMarkup, passagesOfPage, passagesOfProgram, synonymsOf } from './prose-rules.ts';

const root = new URL('../../', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, root), 'utf8');

const pages = globSync(['*.md', '{docs,examples,lib,local}/**/*.md'], { cwd: root });
/** Its examples break the rules. */
const exempt = 'test/repository/prose.test.ts';
const programs = globSync(
  ['*.ts', '{bin,cli,client,console,examples,lambdas,lib,local,packaging,schemas,test}/**/*.{ts,tsx,mjs}'],
  {
    cwd: root,
    exclude: (name) => name === 'node_modules',
  },
).filter((file) => file !== exempt);

/** A program prints the tables of these pages: its folder is held, not the table. */
const printedTables = ['docs/performance.md', 'docs/reliability.md'];
const glossary = read('docs/glossary.md');
const synonyms = synonymsOf(glossary);

const faultsOf = (file: string) => {
  const text = file === 'docs/glossary.md' ? glossary.slice(0, glossary.indexOf('\n## Words not in use')) : read(file);
  const passages = file.endsWith('.md')
    ? passagesOfPage(text, { withTables: !printedTables.includes(file) })
    : [
        ...passagesOfProgram(text, { isTest: file.startsWith('test/') }),
        ...(file.endsWith('.tsx') ? passagesOfMarkup(text) : []),
      ];
  return findingsIn(passages, synonyms).map(({ line, fault }) => `${file}:${line}: ${fault}`);
};

const given = process.argv.slice(2);
const faults = (given.length > 0 ? given : [...pages, ...programs].toSorted()).flatMap(faultsOf);
for (const fault of faults) console.error(fault);
if (faults.length > 0) {
  console.error(`${faults.length} places break a rule of language (docs/glossary.md, CONTRIBUTING.md).`);
  process.exitCode = 1;
}

import { readFile } from 'node:fs/promises';

/** An entry of the runbook. */
export interface RunbookEntry {
  severity: 'page' | 'ticket' | null;
  sections: { title: string; markdown: string; commands: string[] }[];
}

const runbookFile = new URL('../../../lib/observability/RUNBOOK.md', import.meta.url);
let entries: Promise<ReadonlyMap<string, RunbookEntry>> | undefined;

/** The runbook of this release, by the names of alarms. */
export function runbook(): Promise<ReadonlyMap<string, RunbookEntry>> {
  entries ??= readFile(runbookFile, 'utf8').then(entriesIn);
  return entries;
}

/** The entries of a runbook: each has a heading of the second level, and sections that begin with a bold title. */
export function entriesIn(markdown: string): ReadonlyMap<string, RunbookEntry> {
  const found = markdown.split(/^## /m).slice(1);
  return new Map(
    found.map((text) => {
      const cut = text.indexOf('\n');
      return [text.slice(0, cut).trim(), entryIn(text.slice(cut))];
    }),
  );
}

const title = /^\*\*([A-Z][A-Za-z ]*?)\.?\*\*[ ]?/m;

function entryIn(text: string): RunbookEntry {
  const severity = /^Severity: (page|ticket)/m.exec(text)?.[1];
  const parts = text.split(/^(?=\*\*[A-Z][A-Za-z ]*?\.?\*\*)/m).slice(1);
  return {
    severity: severity === 'page' || severity === 'ticket' ? severity : null,
    sections: parts.map((part) => ({
      title: title.exec(part)?.[1] ?? '',
      markdown: part.replace(title, '').trim(),
      commands: [...part.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) => block.trimEnd().split('\n')),
    })),
  };
}

import { readFileSync } from 'node:fs';
import { documentPrefix } from '../../lambdas/domain/acts/names.ts';
import type { Console } from '../constructs/console.ts';
import type { AlarmId } from './alarm-line.ts';

/** Where people read the entry of an alarm. */
export interface Runbook {
  /** A URL, or a path in the repository. */
  addressOf(id: AlarmId): string;
  /** In Markdown. */
  linkTo(id: AlarmId): string;
}

/** Entries of `RUNBOOK.md` at a URL of the team. */
export function runbookAt(url: string): Runbook {
  const addressOf = (id: AlarmId) => `${url}#${id}`;
  return { addressOf, linkTo: (id) => `[${id}](${addressOf(id)})` };
}

/** Entries in SSM documents of the stack. */
export function runbookInDocuments(serviceName: string, console: Console): Runbook {
  const addressOf = (id: AlarmId) => console.document(runbookDocumentName(serviceName, id));
  return { addressOf, linkTo: (id) => `[${id}](${addressOf(id)})` };
}

/** Entries in a checkout, for a stack without documents. */
export const runbookInRepository: Runbook = {
  addressOf: (id) => `lib/observability/RUNBOOK.md#${id}`,
  linkTo: (id) => `\`lib/observability/RUNBOOK.md#${id}\``,
};

/** `OneLink-production-runbook-lane-paused` */
export const runbookDocumentName = (serviceName: string, id: AlarmId) => `${documentPrefix(serviceName)}runbook-${id}`;

/** The text of `RUNBOOK.md`. */
export const runbookText = () => readFileSync(new URL('./RUNBOOK.md', import.meta.url), 'utf8');

/** The entries of a runbook, without their headings: each has a heading of the second level. */
export function entriesOf(markdown: string): ReadonlyMap<string, string> {
  return new Map(
    markdown
      .split(/^## /m)
      .slice(1)
      .map((text) => {
        const cut = text.indexOf('\n');
        return [text.slice(0, cut).trim(), text.slice(cut).trim()];
      }),
  );
}

/** The commands that each shell needs before those of an entry. */
export function firstCommands(markdown: string): string {
  const found = /^```sh\n(STACK=.*?)^```/ms.exec(markdown)?.[1];
  if (found === undefined) throw new Error('RUNBOOK.md must begin with the commands that set STACK');
  return found;
}

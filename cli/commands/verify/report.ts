import type { LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import type { LinkCheck } from '../../pipeline/links/link-check.ts';
import { tallyWords } from '../../terminal/outcome-words.ts';

/** Exit codes: scripts and the help text rely on them. */
export const exitCode = { equal: 0, different: 1, notDone: 2 } as const;

/** The facts about a run that its links do not show. */
export interface RunFacts {
  linksInLedger: number;
  wanted: number | 'all';
  interrupted: boolean;
}

const results = ['equal', 'renewed-by-clicks', 'different', 'being-changed', 'gone', 'unread'] as const;

/** Prints each difference as it is found: the request of the link and what differs, never a value of the link. */
export class Report {
  readonly #print: { out(line: string): void; note(line: string): void };
  readonly #options: { json: boolean; showLinks: boolean };
  readonly #tally = new Map<LinkCheck['result'], number>();

  constructor(
    print: { out(line: string): void; note(line: string): void },
    options: { json: boolean; showLinks: boolean },
  ) {
    this.#print = print;
    this.#options = options;
  }

  checked(address: LinkAddress, check: LinkCheck): void {
    this.#tally.set(check.result, this.count(check.result) + 1);
    if (check.result !== 'different') return;
    const { source, requestId, lease } = check.record;
    const link = this.#options.showLinks ? `${address.onelinkId}/${address.shortlinkId}` : undefined;
    // A lease that has run out belongs to a change whose result is not recorded yet.
    const unsettled = lease?.requestId;
    if (this.#options.json) {
      const { differences } = check;
      this.#print.out(JSON.stringify({ kind: 'difference', source, requestId, link, differences, unsettled }));
      return;
    }
    const what = check.differences.map(({ words }) => words).join('; ');
    const hint =
      unsettled === undefined ? [] : [`change ${unsettled} has no result yet: the link’s next command verifies it`];
    this.#print.out([source, requestId, ...(link === undefined ? [] : [link]), what, ...hint].join('  '));
  }

  count(result: LinkCheck['result']): number {
    return this.#tally.get(result) ?? 0;
  }

  /** Links that were checked. */
  get total(): number {
    return [...this.#tally.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Prints the summary. @returns the exit code */
  close({ linksInLedger, wanted, interrupted }: RunFacts): number {
    const tally = new Map(results.map((result) => [result, this.count(result)] as const).filter(([, n]) => n > 0));
    if (this.#options.json) {
      const links = Object.fromEntries(tally);
      this.#print.out(JSON.stringify({ kind: 'summary', checked: this.total, linksInLedger, interrupted, links }));
    } else {
      const of = interrupted && wanted === 'all' ? 'those scanned' : `${linksInLedger.toLocaleString('en')} links`;
      this.#print.note(`${this.total.toLocaleString('en')} of ${of} checked: ${tallyWords(tally) || 'none'}`);
    }
    if (interrupted) {
      const again = wanted === 'all' ? 'or use --sample, which takes less time' : 'which takes another sample';
      this.#print.note(
        `Interrupted: the other links may differ. The verb cannot continue where it ended. Run it again, ${again}.`,
      );
    }
    if (this.count('different') > 0) return exitCode.different;
    const unread = this.count('unread');
    if (unread > 0) this.#print.note(`The API gave no usable answer for ${unread} links. Try again later.`);
    return interrupted || unread > 0 ? exitCode.notDone : exitCode.equal;
  }
}

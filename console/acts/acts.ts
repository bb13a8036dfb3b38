import { effect, signal } from '@preact/signals';
import type { Act, ActForm, ActPreview, ActRequest, ActRun } from '../../cli/console/contract/acts.ts';
import { announce, route, runs, withRun } from '../state/live.ts';
import { ask } from '../state/server.ts';

/** What the operator has asked for, until it is confirmed or dropped. */
export interface AskedActs {
  acts: readonly Act[];
  /** `Pause the lane campaign`, `Redrive 12 dead letters`. */
  title: string;
  /** Runs after the acts have begun. */
  onStarted?: (run: ActRun) => void;
}

/** The acts that the dialog shows. */
export const asked = signal<AskedActs | undefined>(undefined);

// On another page, nobody sees what the dialog asks about.
effect(() => {
  void route.value;
  asked.value = undefined;
});

/** Asks the operator to confirm acts. Nothing is done before. */
export function askFor(acts: readonly Act[], title: string, onStarted?: (run: ActRun) => void): void {
  asked.value = { acts, title, ...(onStarted && { onStarted }) };
}

/** @throws ServerProblem */
export const preview = (acts: readonly Act[], reason: string, signal: AbortSignal) =>
  ask<ActPreview>('/api/acts/preview', { acts, ...(reason !== '' && { reason }) }, signal);

/** @throws ServerProblem */
export async function start({ acts, onStarted }: AskedActs, reason: string): Promise<void> {
  const request: ActRequest = { acts: [...acts], confirm: true, ...(reason !== '' && { reason }) };
  const run = await ask<ActRun>('/api/acts', request);
  runs.value = withRun(runs.value, run);
  announce(`${runWords(run)}.`);
  onStarted?.(run);
}

/** `3 of 12 done`, `Done`, `2 of 12 failed` */
export function runWords({ state, done, of, items }: ActRun): string {
  if (state === 'running') return of === 1 ? 'Under way' : `${done} of ${of} done`;
  const failed = items.filter((item) => item.state === 'failed').length;
  if (failed === 0) return of === 1 ? 'Done' : `All ${of} done`;
  return of === 1 ? 'Failed' : `${failed} of ${of} failed`;
}

/** What all items of a run did, added up: `redriven 12, left 1`. */
export function effectWords({ items }: Pick<ActRun, 'items'>): string {
  const sums = new Map<string, number>();
  for (const { effect } of items) {
    for (const [what, count] of Object.entries(effect)) sums.set(what, (sums.get(what) ?? 0) + count);
  }
  return [...sums].map(([what, count]) => `${what} ${count.toLocaleString('en')}`).join(', ');
}

/** The distinct questions of the acts' confirmations. */
export const questionsOf = (forms: readonly ActForm[]) =>
  [...new Set(forms.map(({ confirmation }) => confirmation))].filter((question) => question !== null);

/** One line of 1 to 500 characters without control characters: what the operations function takes. */
export function reasonFault(reason: string, isRequired: boolean): string | undefined {
  const words = reason.trim();
  if (words === '') return isRequired ? 'Enter a reason. It is kept with the act.' : undefined;
  if ([...words].length > 500) return 'Use 500 characters at most.';
  return /[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/u.test(words) ? 'Use one line, without control characters.' : undefined;
}

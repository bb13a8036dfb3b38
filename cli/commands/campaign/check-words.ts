import type { LocalCheck } from '../../pipeline/check-campaign.ts';
import { tallyWords } from '../../terminal/outcome-words.ts';
import { counted, n, visible } from '../../words/words.ts';

/** What a check on this machine has found, as lines of text. */
export function checkWords({ counts, columns, lane }: LocalCheck): string[] {
  const line = (what: string, words: string) => `${what.padEnd(12)}${words}`;
  const { rows, rejected, actions, quotaCalls, qrCodes, faultsByRule, firstFaults, warningsByRule } = counts;
  const at = (path: string) => (path === '' ? '' : `${visible(path)}: `);
  return [
    line(
      'rows',
      `${counted(rows, 'row')}: ${tallyWords(new Map(Object.entries(actions))) || 'none to send'}, ${n(rejected)} rejected`,
    ),
    line('needs', `${counted(quotaCalls, 'call')} of the quota, ${counted(qrCodes, 'QR code')}, on the lane ${lane}`),
    ...columns.warnings.map(({ path, message, rule }) => line('note', `${at(path)}${message} [${rule}]`)),
    ...(Object.keys(warningsByRule).length === 0
      ? []
      : [line('warnings', tallyWords(new Map(Object.entries(warningsByRule))))]),
    ...(rejected === 0 ? [] : [line('faults', tallyWords(new Map(Object.entries(faultsByRule))))]),
    ...firstFaults.map((fault) => `  line ${n(fault.line)}: ${at(fault.path)}${fault.message} [${fault.rule}]`),
  ];
}

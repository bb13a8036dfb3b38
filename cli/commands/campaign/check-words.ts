import type { LocalCheck } from '../../pipeline/check-campaign.ts';
import { tallyWords } from '../../terminal/outcome-words.ts';
import { counted, n, visible } from '../../words/words.ts';

/**
 * What a check on this machine has found, as lines of text.
 *
 * @param isAgain whether the campaign has an earlier file. The check does not see which rows have changed since.
 */
export function checkWords({ counts, columns, lane }: LocalCheck, isAgain = false): string[] {
  const line = (what: string, words: string) => `${what.padEnd(12)}${words}`;
  const { rows, rejected, actions, quotaCalls, qrCodes, faultsByRule, firstFaults, warningsByRule, firstWarnings } =
    counts;
  const at = (path: string) => (path === '' ? '' : `${visible(path)}: `);
  return [
    line(
      'rows',
      `${counted(rows, 'row')}: ${tallyWords(new Map(Object.entries(actions))) || 'none to send'}, ${n(rejected)} rejected`,
    ),
    line(
      'needs',
      `${isAgain ? 'at most ' : ''}${counted(quotaCalls, 'call')} of the quota, ${counted(qrCodes, 'QR code')}, on the lane ${lane}` +
        (isAgain ? '. A row that has its link already and has not changed costs none' : ''),
    ),
    ...columns.warnings.map(({ path, message, rule }) => line('note', `${at(path)}${message} [${rule}]`)),
    ...(Object.keys(warningsByRule).length === 0
      ? []
      : [line('warnings', tallyWords(new Map(Object.entries(warningsByRule))))]),
    ...firstWarnings.map((one) => `  line ${n(one.line)}: ${at(one.path)}${one.message} [${one.rule}]`),
    ...(rejected === 0 ? [] : [line('faults', tallyWords(new Map(Object.entries(faultsByRule))))]),
    ...firstFaults.map((fault) => `  line ${n(fault.line)}: ${at(fault.path)}${fault.message} [${fault.rule}]`),
  ];
}

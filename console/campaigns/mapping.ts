import type { CampaignSettings, ColumnGuess } from '../../cli/console/contract/campaigns.ts';

/** What a column becomes, as the form shows it. */
export interface ColumnTarget {
  header: string;
  /** `carry`, `data`, `metadata`, or the name of a field. */
  kind: string;
  /** The parameter's name for `data` and `metadata`. */
  name: string;
}

const named = ['data', 'metadata'] as const;

/** `data.c` → the parameter `c`. `-` → only carried along. */
export function columnTarget({ header, target }: Pick<ColumnGuess, 'header' | 'target'>): ColumnTarget {
  if (target === '-') return { header, kind: 'carry', name: '' };
  const kind = named.find((one) => target.startsWith(`${one}.`));
  if (kind === undefined) return { header, kind: target, name: '' };
  return { header, kind, name: target.slice(kind.length + 1) };
}

/** The target as the settings of a campaign have it. */
export function targetText({ kind, name }: ColumnTarget): string {
  if (kind === 'carry') return '-';
  return kind === 'data' || kind === 'metadata' ? `${kind}.${name.trim()}` : kind;
}

/** The fields that a column may become, without parameters. */
export const fieldsOf = (targets: readonly string[]) =>
  targets.filter((target) => target !== '-' && !target.includes('.') && !target.includes('<'));

export interface PlanForm {
  source: string;
  name: string;
  template: string;
  lane: string;
  /** The header of the key column; empty for none. */
  key: string;
  targets: readonly ColumnTarget[];
  defaults: readonly { target: string; value: string }[];
  /** As `datetime-local` has it, in UTC: `2026-12-01T09:00`. */
  sendBy: string;
  needsApproval: boolean;
}

/** The settings of a campaign, without what the form leaves open. */
export function settingsOf({
  template,
  lane,
  key,
  targets,
  defaults,
  sendBy,
  needsApproval,
}: PlanForm): CampaignSettings {
  const given = defaults.filter(({ target }) => target.trim() !== '');
  return {
    ...(template !== '' && { template }),
    ...(lane !== '' && { lane }),
    columns: Object.fromEntries(targets.map((target) => [target.header, targetText(target)])),
    ...(given.length > 0 && { defaults: Object.fromEntries(given.map(({ target, value }) => [target.trim(), value])) }),
    ...(key !== '' && { key }),
    ...(sendBy !== '' && { sendBy: `${sendBy.slice(0, 16)}:00Z` }),
    ...(needsApproval && { approval: 'required' as const }),
  };
}

/** What is missing in the form before the server can check it. */
export function formFaults({ source, name, targets }: PlanForm): string[] {
  const nameless = targets.filter(({ kind, name: of }) => (kind === 'data' || kind === 'metadata') && of.trim() === '');
  const texts = targets.map(targetText).filter((text) => text !== '-');
  const twice = texts.filter((text, index) => texts.indexOf(text) !== index);
  return [
    ...(source === '' ? ['Choose the producer.'] : []),
    ...(name.trim() === '' ? ['Enter a name for the campaign.'] : []),
    ...nameless.map(({ header }) => `Enter the name of the parameter that the column ${header} becomes.`),
    ...[...new Set(twice)].map((text) => `Two columns become ${text}. One target takes one column.`),
  ];
}

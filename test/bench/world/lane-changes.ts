import { InvalidArgumentError } from 'commander';
import type { PipelineSettings } from '../../../lib/config/config-schema.ts';
import { type Variant, variantPipeline } from './synthesis.ts';

/** The choice that changes nothing. */
export const asConfigured = 'as configured';

/** The settings of a lane that a run may change. */
const changeable = ['rateShare', 'batchSize', 'windowSeconds', 'quotaReserveCalls'] as const;
type Changeable = (typeof changeable)[number];

/**
 * The lanes with changes, as the option `--lanes` of the benchmark gives them: `transactional.rateShare=0.1,campaign.rateShare=0.836`.
 *
 * @throws Error that names the part that cannot be used, and what can
 */
export function changedLanes(lanes: PipelineSettings['lanes'], text: string): PipelineSettings['lanes'] {
  const changed = structuredClone(lanes) as Record<string, PipelineSettings['lanes'][string]>;
  for (const part of text.split(',')) {
    const [, lane = '', setting = '', value = ''] = /^\s*([^.=\s]+)\.([A-Za-z]+)=([\d.]+)\s*$/.exec(part) ?? [];
    const before = Object.hasOwn(changed, lane) ? changed[lane] : undefined;
    const number = Number(value);
    if (before === undefined || !isChangeable(setting) || value === '' || !Number.isFinite(number)) {
      throw new Error(
        `"${part}" is not lane.setting=number, as in transactional.rateShare=0.1. ` +
          `The lanes are ${Object.keys(lanes).join(', ')}. The settings are ${changeable.join(', ')}.`,
      );
    }
    changed[lane] = { ...before, [setting]: number };
  }
  return changed;
}

function isChangeable(setting: string): setting is Changeable {
  return (changeable as readonly string[]).includes(setting);
}

/** The variant with a choice of the lanes. @throws Error with each fault of the configuration that this makes */
export function withLanes(variant: Variant, choice: string): Variant {
  if (choice === asConfigured) return variant;
  const lanes = changedLanes(variantPipeline(variant).settings.lanes, choice);
  const changed = { ...variant, settings: { ...variant.settings, lanes } };
  variantPipeline(changed);
  return changed;
}

/** Reads a value of the option `--lanes`, with those before it. */
export function lanesOption(text: string, before: readonly string[]): string[] {
  try {
    withLanes({}, text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
  return [...before, text];
}

import * as z from 'zod';
import { accountLimitFaults } from './account-api.ts';
import { duplicateAccounts, type PlannedPipeline, sharesFaults } from './account-faults.ts';
import {
  accountSchema,
  type Configuration,
  configurationSchema,
  pipelineSchema,
  type StageSettings,
  stageSchema,
} from './config-schema.ts';
import { ConfigurationError } from './configuration-error.ts';
import { existingFaults, sharedExistingFaults } from './existing.ts';
import { landingZoneFaults, serviceNameFaults, sharedEndpointFaults } from './landing-zone.ts';
import { alarmFaults, pipelineFaults } from './pipeline-faults.ts';
import { planPipeline } from './rate/pipeline-plan.ts';
import { got, shapeFaults } from './shape-faults.ts';

/**
 * Checks the shape of every setting. If a pipeline's own settings are valid, it also checks how they fit together.
 *
 * @param file where it is from, as messages name it
 * @throws ConfigurationError with all faults at once: path, rule, and the value given.
 */
export function validateConfiguration(candidate: unknown, file = 'lib/config/config.ts'): Configuration {
  const parsed = configurationSchema.safeParse(candidate);
  const faults = parsed.success ? [] : parsed.error.issues.flatMap((issue) => shapeFaults(issue, candidate));
  faults.push(...relationFaults(candidate));
  if (!parsed.success || faults.length > 0) throw new ConfigurationError(faults, file);
  return parsed.data;
}

function relationFaults(candidate: unknown): string[] {
  const outline = z
    .object({ accounts: z.record(z.string(), z.unknown()), stages: z.record(z.string(), z.unknown()) })
    .safeParse(candidate);
  if (!outline.success) return [];
  const accounts = soundParts(accountSchema, outline.data.accounts);
  const planned = new Map<string, PlannedPipeline[]>([...accounts.keys()].map((name) => [name, []]));
  const sound: Record<string, StageSettings> = {};
  const faults = duplicateAccounts(accounts);
  for (const [name, account] of accounts) {
    faults.push(...accountLimitFaults(account).map(([setting, message]) => `accounts.${name}.${setting}: ${message}`));
  }
  for (const [name, part] of Object.entries(outline.data.stages)) {
    const alarms = stageSchema.shape.alarms.safeParse(Reflect.get(Object(part), 'alarms'));
    const stage = stageSchema.safeParse(part).data;
    if (stage) {
      sound[name] = stage;
      const ofStage = [...landingZoneFaults(stage), ...existingFaults(stage)];
      faults.push(...ofStage.map(([path, message]) => `stages.${name}.${path}: ${message}`));
    }
    faults.push(...alarmFaults(alarms.data ?? {}).map((fault) => `stages.${name}.${fault}`));
    const pipelines = Reflect.get(Object(part), 'pipelines');
    const names = new Set<string>();
    for (const [index, one] of (Array.isArray(pipelines) ? pipelines : []).entries()) {
      const settings = pipelineSchema.safeParse(one).data;
      if (!settings) continue;
      const at = `stages.${name}.pipelines[${index}]`;
      if (names.has(settings.name)) faults.push(`${at}.name: must be unique in its stage; ${got(settings.name)}`);
      names.add(settings.name);
      const ofName = stage === undefined ? [] : serviceNameFaults(name, stage, settings);
      faults.push(...ofName.map(([path, message]) => `${at}.${path}: ${message}`));
      const limits = accounts.get(settings.account);
      if (!limits) {
        if (!Object.hasOwn(outline.data.accounts, settings.account)) {
          faults.push(`${at}.account: must be one of the accounts; ${got(settings.account)}`);
        }
        continue;
      }
      const plan = planPipeline(limits, settings);
      const found = pipelineFaults(settings, limits, plan);
      faults.push(...found.map(([path, message]) => `${at}.${path}: ${message}`));
      const { monthlyQuotaShare } = settings;
      planned.get(settings.account)?.push({ name: `${settings.name}-${name}`, plan, monthlyQuotaShare });
    }
  }
  faults.push(...sharedExistingFaults(sound));
  faults.push(...sharedEndpointFaults(sound).map(([path, message]) => `${path}: ${message}`));
  const ofShares = [...accounts].flatMap(([name, limits]) =>
    sharesFaults(`accounts.${name}`, limits, planned.get(name) ?? []),
  );
  return [...faults, ...ofShares];
}

function soundParts<Schema extends z.ZodType>(
  schema: Schema,
  parts: Record<string, unknown>,
): Map<string, z.infer<Schema>> {
  return new Map(
    Object.entries(parts).flatMap(([name, part]) => {
      const parsed = schema.safeParse(part);
      return parsed.success ? [[name, parsed.data] as const] : [];
    }),
  );
}

import { documentActs, documentPrefix } from '../../lambdas/domain/acts/names.ts';
import type { PipelineSettings, StageSettings } from '../../lib/config/config-schema.ts';
import { alarmIds } from '../../lib/observability/alarm-line.ts';
import { runbookDocumentName } from '../../lib/observability/runbook.ts';

/** The names of the SSM documents that a pipeline may have: one for each act, and one for each alarm that it may have. */
export function documentNamesOf(
  serviceName: string,
  { landingZone, alarms }: Pick<StageSettings, 'landingZone' | 'alarms'>,
): string[] {
  if (landingZone?.documents === false) return [];
  const acts = documentActs.map((act) => `${documentPrefix(serviceName)}${act}`);
  return alarms.runbookUrl === undefined
    ? [...acts, ...alarmIds.map((id) => runbookDocumentName(serviceName, id))]
    : acts;
}

/** At most so many roles and managed policies of IAM come with a pipeline: a role for each function, and policies for people. */
export const identitiesOf = ({ lanes, producers }: Pick<PipelineSettings, 'lanes' | 'producers'>) => ({
  roles: 20 + Object.keys(lanes).length,
  policies: 10 + 3 * producers.length,
});

import type { Construct } from 'constructs';
import { expiryLane, qrLane } from '../../lambdas/domain/work/names.ts';
import type { StageSettings } from '../config/config-schema.ts';
import { ActDocuments } from '../constructs/act-documents.ts';
import { Console } from '../constructs/console.ts';
import type { WorkQueue } from '../constructs/work-queue.ts';
import { type Runbook, runbookAt, runbookInDocuments, runbookInRepository } from '../observability/runbook.ts';
import { RunbookDocuments } from '../observability/runbook-documents.ts';
import type { OneLinkPipeline } from './pipeline.ts';

/** Where the runbook is, and the console for its documents if it is in some. */
export interface RunbookPlan {
  readonly runbook: Runbook;
  readonly console?: Console;
}

/** Whether a stage has SSM documents. */
export const hasDocuments = ({ landingZone }: Pick<StageSettings, 'landingZone'>) => landingZone?.documents ?? true;

/** A team with a URL of its own reads the runbook there, and the stack has no documents of it. */
export function planRunbook(
  scope: Construct,
  serviceName: string,
  stage: Pick<StageSettings, 'alarms' | 'landingZone'>,
): RunbookPlan {
  const { runbookUrl } = stage.alarms;
  if (runbookUrl !== undefined) return { runbook: runbookAt(runbookUrl) };
  if (!hasDocuments(stage)) return { runbook: runbookInRepository };
  const console = new Console(scope, 'Console');
  return { runbook: runbookInDocuments(serviceName, console), console };
}

/** Makes the SSM documents of a pipeline: the acts that a browser can start, and the runbook. */
export function addDocuments(
  pipeline: OneLinkPipeline,
  { runbook, console }: RunbookPlan,
  campaignWork: Pick<WorkQueue, 'queue'>,
  outputs: Readonly<Record<string, string>>,
): void {
  const { serviceName, operations, lanes, outcomeDeliveries } = pipeline;
  const { names: acts } = new ActDocuments(pipeline, 'ActDocuments', {
    serviceName,
    operations,
    lanes,
    queues: redriveQueues(pipeline, campaignWork),
    undeliveredOutcomesUrl: outcomeDeliveries?.deadLetters.queueUrl,
  });
  if (console === undefined) return;
  const { lines: alarms } = pipeline.alarms;
  new RunbookDocuments(pipeline, 'Runbook', { serviceName, console, runbook, alarms, lanes, outputs, acts });
}

/** Each queue with dead letters, by the name that its alarm has for it. */
function redriveQueues(
  { lanes, qrCodes, expiry, ingress }: OneLinkPipeline,
  campaignWork: Pick<WorkQueue, 'queue'>,
): Record<string, Pick<WorkQueue, 'queue'>> {
  return {
    ...Object.fromEntries(lanes.map(({ name, commands }) => [name, commands])),
    [qrLane]: qrCodes.jobs,
    [expiryLane]: expiry.expired,
    campaigns: campaignWork,
    ...Object.fromEntries((ingress?.queues ?? []).map(({ lane, source, work }) => [`${lane}-ingress-${source}`, work])),
  };
}

import { expiryLane, qrLane } from '../../lambdas/domain/work/names.ts';
import { OperatorError } from '../words/operator-error.ts';
import { outputNamed, pascal, pipelineOutputs } from './pipeline-outputs.ts';

/** A worker of a lane: its log group, its queue, and the mapping that feeds it. */
export interface LaneWorker {
  kind: 'link' | 'qr' | 'expiry';
  logGroupName: string;
  /** The event source mapping's UUID. */
  mappingId: string;
  queueUrl: string;
}

/** A lane of a deployed pipeline. QR jobs and expired links have lanes of their own. */
export interface LaneAtWork {
  name: string;
  workers: LaneWorker[];
}

/** @throws PipelineNotFound if the stack is not a pipeline, or of an earlier release */
export function lanesAtWork(outputs: Readonly<Record<string, string>>, stackName: string): LaneAtWork[] {
  const worker = (kind: LaneWorker['kind'], prefix: string, queue: string): LaneWorker => ({
    kind,
    logGroupName: outputNamed(`${prefix}LogGroupName`, outputs, stackName),
    mappingId: outputNamed(`${prefix}MappingId`, outputs, stackName),
    queueUrl: outputNamed(queue, outputs, stackName),
  });
  const lanes = [...pipelineOutputs(outputs, stackName).laneQueueUrls.keys()].map((name) => ({
    name,
    workers: [worker('link', `${pascal(name)}LinkWorker`, `${pascal(name)}QueueUrl`)],
  }));
  return [
    ...lanes,
    { name: qrLane, workers: [worker('qr', 'QrWorker', 'QrJobsQueueUrl')] },
    { name: expiryLane, workers: [worker('expiry', 'ExpiryWorker', 'ExpiredLinksQueueUrl')] },
  ];
}

/**
 * The lanes that an operator chose.
 *
 * @param named a lane's name, `all`, or undefined for all
 * @throws OperatorError if there is no such lane
 */
export function lanesNamed(named: string | undefined, lanes: readonly string[]): string[] {
  if (named === undefined || named === 'all') return [...lanes];
  if (lanes.includes(named)) return [named];
  throw new OperatorError(`There is no lane ${named}. The lanes are ${lanes.join(', ')}.`);
}

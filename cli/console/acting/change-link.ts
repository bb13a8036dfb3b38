import type { LinkRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import type { ConfiguredPipeline } from '../../pipeline/configured-pipeline.ts';
import { laneReader } from '../../pipeline/lane-reader.ts';
import type { LinkChange } from '../contract/links.ts';
import { ProblemError } from '../problem.ts';

/** A command for a link, as its producer would send it. */
export interface LinkCommand {
  source: string;
  requestId: string;
  lane: string;
  body: string;
}

type Wanted = Pick<LinkChange, 'action' | 'lane' | 'data' | 'ttl'>;

/**
 * The command that changes a link.
 *
 * @param requestId a new one
 * @throws ProblemError if the worker would reject the command
 */
export function linkCommand(
  { action, lane, data, ttl }: Wanted,
  { source, address }: Pick<LinkRecord, 'source' | 'address'>,
  {
    pipeline,
    requestId,
    nowMilliseconds,
  }: { pipeline: ConfiguredPipeline; requestId: string; nowMilliseconds: number },
): LinkCommand {
  if (!Object.hasOwn(pipeline.settings.lanes, lane)) {
    throw new ProblemError('bad-request', 'The pipeline has no such lane.');
  }
  const command = {
    specVersion: '1.0',
    source,
    requestId,
    requestedAt: new Date(nowMilliseconds).toISOString(),
    action,
    onelinkId: address.onelinkId,
    shortlinkId: address.shortlinkId,
    ...(action === 'update' && { data: data ?? {}, ...(ttl !== undefined && { ttl }) }),
  };
  const reading = laneReader(pipeline, lane)({ command, faults: [] }, nowMilliseconds);
  if ('refused' in reading) {
    const faults = reading.refused.faults.map(({ path, message, rule }) => `${path}: ${message} [${rule}]`);
    throw new ProblemError('refused', `The worker would reject the command. ${faults.join('; ')}`);
  }
  return { source, requestId, lane, body: JSON.stringify(command) };
}

/** The command line that sends the same. It names no link and no value, so no history of a shell has them. */
export function linkVerb(
  { action, lane, data }: Wanted,
  { source, address }: Pick<LinkRecord, 'source' | 'address'>,
  pipelineWords: string,
): string {
  const named = Object.fromEntries(Object.keys(data ?? {}).map((name) => [name, '<value>']));
  const command = {
    specVersion: '1.0',
    source,
    requestId: '<new ID>',
    requestedAt: '<now>',
    action,
    onelinkId: address.onelinkId,
    shortlinkId: '<ID>',
    ...(action === 'update' && { data: named }),
  };
  return `npx onelink send command.json --lane ${lane} ${pipelineWords}  # command.json: ${JSON.stringify(command)}`;
}

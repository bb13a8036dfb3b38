import type { Command } from '../domain/contract/command.ts';
import { commandReader, identityOf } from '../domain/contract/command-reading.ts';
import type { OpenedMessage } from '../domain/contract/envelope.ts';
import type { Fault } from '../domain/contract/fault.ts';
import type { PointedFault } from '../domain/http/answers.ts';
import { pointerOf } from '../domain/http/pointers.ts';
import { HttpProblem } from '../domain/http/problem.ts';
import type { HttpProducer, HttpRules } from '../domain/http/rules.ts';
import { contractOf } from '../domain/onelink/api-variables.ts';
import type { HttpApiEnvironment } from './env.ts';
import type { HttpApiPorts } from './ports.ts';

/** A valid command of a call. */
export interface Asked {
  command: Command;
  digest: string;
  /** The digest of the command's subject. */
  subject?: string;
  warnings: readonly Fault[];
  /** Whether its lane derives an ID if a chosen one is taken. */
  derivesIds: boolean;
  /** Its place in a list. */
  index?: number;
}

/** What the HTTP API adds to a command that lacks it. */
export interface Added {
  source: string;
  requestedAt: string;
  /** The `Idempotency-Key`. */
  requestId?: string;
}

/**
 * The raw command with what it lacks. What it has stays as it is, for the contract to judge.
 *
 * @param index its place in a list
 * @throws HttpProblem if the command names another source, or another request than the key
 */
export function completed({ command, faults }: OpenedMessage, added: Added, index?: number): OpenedMessage {
  if (command === undefined) return { command, faults };
  const has = (name: string) => Object.hasOwn(command, name);
  if (typeof command.source === 'string' && command.source !== added.source)
    throw new HttpProblem('other-source', { errors: [otherSource(index)] });
  if (added.requestId !== undefined && typeof command.requestId === 'string' && command.requestId !== added.requestId)
    throw new HttpProblem('key-mismatch', {
      errors: [
        { pointer: pointerOf('requestId', index), rule: 'value', detail: 'must be the Idempotency-Key, or left out' },
      ],
    });
  return {
    command: {
      ...(!has('specVersion') && { specVersion: '1.0' }),
      ...(!has('source') && { source: added.source }),
      ...(!has('requestId') && added.requestId !== undefined && { requestId: added.requestId }),
      ...(!has('requestedAt') && { requestedAt: added.requestedAt }),
      ...command,
    },
    faults,
  };
}

/** The fault of a command with another source than the call's. */
export const otherSource = (index?: number): PointedFault => ({
  pointer: pointerOf('source', index),
  rule: 'value',
  detail: 'is not the source of the call: leave it out, or name your own',
});

/** The readers of all lanes: each checks a command as the lane's link worker would. */
export function laneReaders(
  settings: HttpApiEnvironment,
  { producers, templates }: HttpRules,
  { policy }: Pick<HttpApiPorts, 'policy'>,
): (lane: string) => ReturnType<typeof commandReader> {
  const contract = contractOf(settings);
  const readers = new Map<string, ReturnType<typeof commandReader>>();
  return (lane) => {
    const ofLane = producers.filter(({ lanes }) => lanes.includes(lane));
    const reader = readers.get(lane) ?? withoutReads(commandReader({ contract, producers: ofLane, templates, policy }));
    readers.set(lane, reader);
    return reader;
  };
}

/** An outcome over HTTP would be stored with the link's data. A GET of the link answers at once, and stores nothing. */
function withoutReads(read: ReturnType<typeof commandReader>): ReturnType<typeof commandReader> {
  return (message, sentAtMilliseconds) => {
    const reading = read(message, sentAtMilliseconds);
    if (message.command?.action !== 'get') return reading;
    const words = 'reads no link over HTTP: call GET /v1/links/{onelinkId}/{shortlinkId}';
    const fault = { path: 'action', rule: 'read-by-get', message: words };
    const others = 'refused' in reading ? reading.refused.faults.filter(({ path }) => path !== 'action') : [];
    const asked = 'refused' in reading ? reading.refused : identityOf(message.command);
    return { refused: { ...asked, faults: [fault, ...others] } };
  };
}

/** The lane of a call. @throws HttpProblem if it is none of the producer's */
export function laneOf({ lanes, defaultLane }: HttpProducer, asked: string | undefined): string {
  const lane = asked ?? defaultLane;
  if (!lanes.includes(lane)) throw new HttpProblem('unknown-lane');
  return lane;
}

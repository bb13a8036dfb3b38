import { type MessageSketch, sketchOf } from '../../files/message.ts';
import type { FileMessage } from '../../files/message-file.ts';
import type { MessageSource } from '../../files/message-source.ts';
import { placeWords } from '../../files/place-words.ts';
import type { ConfiguredPipeline } from '../../pipeline/configured-pipeline.ts';
import { defaultLaneOf } from '../../terminal/lane-choice.ts';
import { OperatorError } from '../../words/operator-error.ts';
import { n } from '../../words/words.ts';
import type { Outgoing } from './conversation.ts';

/** A message with its body, ready to be sent. */
export interface Sendable extends Outgoing {
  body: string;
}

export interface LaneChoice {
  /** The lane of all messages, if the operator names one. */
  lane?: string;
  force?: true;
  stackName: string;
  pipeline: ConfiguredPipeline | undefined;
}

/** What the check found in a file without faults. */
export interface CheckedFile {
  messages: number;
  lanes: ReadonlySet<string>;
  /** The sources that commands name. An outcome of a command without a valid one has no source. */
  sources: ReadonlySet<string>;
  /** The sources that ask for the data of links (`get`). The answers come through their private outcome queues. */
  askingSources: ReadonlySet<string>;
  /** Whether each command names a valid source. */
  allHaveSources: boolean;
}

const faultsNamed = 20;

/**
 * Reads a whole file before the verb sends any of it.
 *
 * @throws OperatorError with the faulty lines, or if the file has no command
 */
export async function checkFile(
  source: MessageSource,
  choice: LaneChoice,
  { interrupted, onMessage }: { interrupted: AbortSignal; onMessage: (sofar: number) => void },
): Promise<CheckedFile> {
  const faults: string[] = [];
  const lanes = new Set<string>();
  const sources = new Set<string>();
  const askingSources = new Set<string>();
  let [messages, faulty, allHaveSources] = [0, 0, true];
  for await (const message of source.messages()) {
    if (interrupted.aborted) throw new OperatorError('Interrupted. Nothing was sent.');
    messages += 1;
    onMessage(messages);
    const sketch = sketchOf(message.body);
    const lane = laneOf(sketch, choice);
    const fault = faultOf(message, sketch, lane, choice);
    if (fault === undefined && lane !== undefined) {
      lanes.add(lane);
      if (isValidSource(sketch.source)) {
        sources.add(sketch.source);
        if (sketch.action === 'get') askingSources.add(sketch.source);
      } else allHaveSources = false;
    } else if (++faulty <= faultsNamed) faults.push(`${placeWords(message)}: ${fault}`);
  }
  if (messages === 0) throw new OperatorError(`${source.name} has no command.`);
  if (faulty === 0) return { messages, lanes, sources, askingSources, allHaveSources };
  const more = faulty > faultsNamed ? [`and ${n(faulty - faultsNamed)} more`] : [];
  throw new OperatorError([...faults, ...more, 'Nothing was sent.'].join('\n'));
}

/** The messages of a checked file. @throws OperatorError if the file has changed since the check */
export async function* sendables(source: MessageSource, choice: LaneChoice): AsyncGenerator<Sendable> {
  for await (const { line, unit, body } of source.messages()) {
    const sketch = sketchOf(body);
    const lane = laneOf(sketch, choice);
    if (lane === undefined) throw new OperatorError(`${source.name} was changed while it was read.`);
    yield { line, ...(unit && { unit }), body, ...sketch, lane };
  }
}

function laneOf({ source }: MessageSketch, { lane, pipeline }: LaneChoice): string | undefined {
  return lane ?? defaultLaneOf(source, pipeline?.settings.producers ?? []);
}

function faultOf(
  { fault, unsendable }: FileMessage,
  sketch: MessageSketch,
  lane: string | undefined,
  choice: LaneChoice,
): string | undefined {
  if (unsendable !== undefined) return unsendable;
  if (fault !== undefined && !choice.force) return fault;
  return lane === undefined ? noLane(sketch, choice) : undefined;
}

function noLane({ source }: MessageSketch, { pipeline, stackName }: LaneChoice): string {
  const fix = 'Name the lane with --lane.';
  if (pipeline === undefined) return `${stackName} is not in the configuration, so its lanes are unknown. ${fix}`;
  if (source === undefined) return `has no source, which decides the lane. ${fix}`;
  const known = pipeline.settings.producers.map((producer) => producer.source).join(', ');
  return `its source is not one of the configured producers (${known}). ${fix}`;
}

/** The outcome of an invalid source has null in its place, and a filter by source would drop it. */
function isValidSource(source: string | undefined): source is string {
  return source !== undefined && /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(source);
}

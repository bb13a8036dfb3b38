import { type MessageSketch, sketchOf } from '../../files/message.ts';
import type { FileMessage } from '../../files/message-file.ts';
import type { MessageSource } from '../../files/message-source.ts';
import { placeWords } from '../../files/place-words.ts';
import { OperatorError } from '../../operator-error.ts';
import type { ConfiguredPipeline } from '../../pipeline/configured-pipeline.ts';
import { defaultLaneOf } from '../../terminal/lane-choice.ts';
import { n } from '../../words.ts';
import type { Outgoing } from './conversation.ts';

/** A message with its body, ready to go. */
export interface Sendable extends Outgoing {
  body: string;
}

export interface LaneChoice {
  /** The lane of all messages, where the operator names one. */
  lane?: string;
  force?: true;
  stackName: string;
  pipeline: ConfiguredPipeline | undefined;
}

/** What a file comes to, when nothing is wrong with it. */
export interface CheckedFile {
  messages: number;
  lanes: ReadonlySet<string>;
  /** The only source there is, if its outcomes are sure to carry it. */
  onlySource: string | undefined;
}

const faultsNamed = 20;

/**
 * Reads a whole file before anything of it is sent.
 *
 * @throws OperatorError with every line that is wrong, or when there is no command
 */
export async function checkFile(
  source: MessageSource,
  choice: LaneChoice,
  { interrupted, onMessage }: { interrupted: AbortSignal; onMessage: (sofar: number) => void },
): Promise<CheckedFile> {
  const faults: string[] = [];
  const lanes = new Set<string>();
  const sources = new Set<string | undefined>();
  let [messages, faulty] = [0, 0];
  for await (const message of source.messages()) {
    if (interrupted.aborted) throw new OperatorError('Interrupted. Nothing was sent.');
    messages += 1;
    onMessage(messages);
    const sketch = sketchOf(message.body);
    const lane = laneOf(sketch, choice);
    const fault = faultOf(message, sketch, lane, choice);
    if (fault === undefined && lane !== undefined) {
      lanes.add(lane);
      if (sources.size < 2) sources.add(sketch.source);
    } else if (++faulty <= faultsNamed) faults.push(`${placeWords(message)}: ${fault}`);
  }
  if (messages === 0) throw new OperatorError(`${source.name} holds no command.`);
  if (faulty === 0) return { messages, lanes, onlySource: onlyOf(sources) };
  const more = faulty > faultsNamed ? [`and ${n(faulty - faultsNamed)} more`] : [];
  throw new OperatorError([...faults, ...more, 'Nothing was sent.'].join('\n'));
}

/** The messages of a file that was checked. @throws OperatorError when it is not the same any more */
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
  const mend = 'Name the lane with --lane.';
  if (pipeline === undefined) return `${stackName} is not in the configuration, so that no lane is known. ${mend}`;
  if (source === undefined) return `has no source to tell the lane by. ${mend}`;
  const known = pipeline.settings.producers.map((producer) => producer.source).join(', ');
  return `its source is not one of the configured producers (${known}). ${mend}`;
}

function onlyOf(sources: ReadonlySet<string | undefined>): string | undefined {
  const [source] = sources;
  // What cannot be a source comes back as null, and would be filtered out.
  const isSound = sources.size === 1 && source !== undefined && /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(source);
  return isSound ? source : undefined;
}

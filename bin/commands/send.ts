import { readFileSync } from 'node:fs';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { Command, InvalidArgumentError } from 'commander';
import type { ConfiguredPipeline } from '../client/configured-pipeline.ts';
import { exitCodeOf } from '../client/exit-code.ts';
import { interruptible } from '../client/interruption.ts';
import { defaultLaneOf } from '../client/lane-choice.ts';
import { type MessageSketch, sketchOf } from '../client/message.ts';
import { type FileMessage, readMessages } from '../client/message-file.ts';
import { OperatorError } from '../client/operator-error.ts';
import { type OutcomeQueue, openOutcomeQueue } from '../client/outcome-queue.ts';
import { choosePipeline, type PipelineOptions, pipelineHelp, withPipelineOptions } from '../client/pipeline-choice.ts';
import { type PipelineOutputs, readPipeline } from '../client/pipeline-outputs.ts';
import { sendMessages, type Unsent } from '../client/send-messages.ts';
import { Conversation, exitCode, type Outgoing } from './conversation.ts';

interface Options extends PipelineOptions {
  lane?: string;
  wait?: true;
  timeout: number;
  force?: true;
  json?: true;
}

/** What is wrong with what was asked, in words for the one who asked. Nothing was sent. */
class NothingSent extends OperatorError {}

export function sendCommand(): Command {
  const command = new Command('send')
    .description('Sends commands to a pipeline, and can wait for what becomes of them.')
    .argument('<file>', 'NDJSON (one command a line), a JSON array, or a single JSON command; - reads standard input')
    .option('--lane <name>', 'the lane; unless given, each source’s first lane in lib/config.ts')
    .option('--wait', 'wait for every outcome and print it')
    .option('--timeout <seconds>', 'with --wait: give up after so long without news', seconds, 120);
  return withPipelineOptions(command)
    .option('--force', 'send even what is not a JSON object')
    .option('--json', 'print outcomes as they are, one JSON object a line')
    .addHelpText(
      'after',
      `${pipelineHelp} The body of a message may be a bare command, an EventBridge event, a CloudEvent or an SNS notification.

Exit codes:
  ${exitCode.done}  sent; with --wait: and every command was carried out, was before, or was overtaken by a later change
  ${exitCode.notCarriedOut}  with --wait: some command was rejected, stale or in conflict, or its QR code failed
  ${exitCode.nothingSent}  nothing was sent: the file, the options, or the way to the pipeline is wrong
  ${exitCode.unanswered}  something was not sent or, with --wait, not answered in time, or parked until there is quota again

Examples:
  onelink send commands.ndjson --wait
  onelink send commands.json --lane transactional --stack OneLink-staging
  echo '{"specVersion":"1.0", …}' | onelink send - --local --wait`,
    )
    .action(async (file: string, options: Options) => {
      const { nothingSent: onTrouble } = exitCode;
      process.exitCode = await exitCodeOf(() => send(file, options), { local: options.local === true, onTrouble });
    });
}

async function send(file: string, options: Options): Promise<number> {
  const { stackName, pipeline } = choosePipeline(options);
  const messages = outgoing(read(file), options, stackName, pipeline);
  const [sqs, sns, cloudFormation] = [new SQSClient(), new SNSClient(), new CloudFormationClient()];
  const outputs = await readPipeline(cloudFormation, stackName);
  const lanes = Map.groupBy(messages, ({ lane }) => lane);
  for (const lane of lanes.keys()) queueOf(lane, outputs, stackName);

  return interruptible(async (interrupted) => {
    const ended = new AbortController();
    const signal = AbortSignal.any([interrupted, ended.signal]);
    let hearing: OutcomeQueue | undefined;
    try {
      if (options.wait) hearing = await openOutcomeQueue({ sqs, sns }, outputs.outcomeTopicArn, oneSource(messages));
      const conversation = new Conversation(options.json === true);
      const unsent: Unsent<Outgoing>[] = [];
      const sending = async () => {
        for (const [lane, ofLane] of lanes) {
          const sent = (message: Outgoing, messageId: string) => conversation.sent(message, messageId);
          unsent.push(...(await sendMessages(sqs, queueOf(lane, outputs, stackName), ofLane, sent, { signal })));
        }
        conversation.allSent(options.timeout);
      };
      const done = AbortSignal.any([signal, conversation.over]);
      await Promise.all([sending(), hearing?.listen((outcome) => conversation.heard(outcome), done)]);
      for (const { message, reason } of unsent) console.error(`line ${message.line}: not sent (${reason})`);
      return conversation.close(messages.length, unsent.length, options.wait === true);
    } finally {
      ended.abort();
      await hearing?.close();
    }
  });
}

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('It must be a number of seconds above 0.');
  return value;
}

function read(file: string): FileMessage[] {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new NothingSent(`${file} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
  const messages = readMessages(text);
  if (messages.length === 0) throw new NothingSent(`${file === '-' ? 'Standard input' : file} holds no command.`);
  return messages;
}

/** Gives each message its lane. @throws NothingSent with every line that is wrong */
function outgoing(
  messages: FileMessage[],
  options: Options,
  stackName: string,
  pipeline: ConfiguredPipeline | undefined,
): Outgoing[] {
  const faults: string[] = [];
  const producers = pipeline?.settings.producers ?? [];
  const sendable = messages.map((message): Outgoing => {
    const sketch = sketchOf(message.body);
    const lane = options.lane ?? defaultLaneOf(sketch.source, producers);
    if (message.fault !== undefined && !options.force) faults.push(`line ${message.line}: ${message.fault}`);
    else if (lane === undefined) faults.push(`line ${message.line}: ${noLane(sketch, pipeline, stackName)}`);
    return { ...message, ...sketch, lane: lane ?? '' };
  });
  if (faults.length === 0) return sendable;
  const shown = faults.slice(0, 20);
  const more = faults.length > shown.length ? [`and ${faults.length - shown.length} more`] : [];
  throw new NothingSent([...shown, ...more, 'Nothing was sent.'].join('\n'));
}

function noLane({ source }: MessageSketch, pipeline: ConfiguredPipeline | undefined, stackName: string): string {
  const mend = 'Name the lane with --lane.';
  if (pipeline === undefined) return `${stackName} is not in lib/config.ts, so that no lane is known. ${mend}`;
  if (source === undefined) return `has no source to tell the lane by. ${mend}`;
  const known = pipeline.settings.producers.map((producer) => producer.source).join(', ');
  return `its source is not one of the producers in lib/config.ts (${known}). ${mend}`;
}

/** The only source there is, if its outcomes are sure to carry it. */
function oneSource(messages: Outgoing[]): { source?: string } {
  const sources = new Set(messages.map(({ source }) => source));
  const [source] = sources;
  // What cannot be a source comes back as null, and would be filtered out.
  const sound = sources.size === 1 && source !== undefined && /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(source);
  return sound ? { source } : {};
}

/** @throws NothingSent when the pipeline has no such lane */
function queueOf(lane: string, { laneQueueUrls }: PipelineOutputs, stackName: string): string {
  const url = laneQueueUrls.get(lane);
  if (url !== undefined) return url;
  throw new NothingSent(`${stackName} has no lane ${lane}; it has ${[...laneQueueUrls.keys()].join(', ')}.`);
}

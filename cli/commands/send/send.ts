import { setTimeout as sleep } from 'node:timers/promises';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { Command, InvalidArgumentError } from 'commander';
import { Ledger } from '../../../lambdas/adapters/ledger.ts';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import { type MessageSource, openMessages } from '../../files/message-source.ts';
import { OperatorError } from '../../operator-error.ts';
import { type OutcomeQueue, openOutcomeQueue } from '../../pipeline/outcome-queue.ts';
import {
  choosePipeline,
  type PipelineOptions,
  pipelineHelp,
  withPipelineOptions,
} from '../../pipeline/pipeline-choice.ts';
import { outputNamed, pipelineOutputs, readOutputs } from '../../pipeline/pipeline-outputs.ts';
import { sendAll } from '../../pipeline/send-messages.ts';
import { serviceTrouble } from '../../pipeline/service-trouble.ts';
import { exitCodeOf } from '../../terminal/exit-code.ts';
import { interruptible } from '../../terminal/interruption.ts';
import { Progress } from '../../terminal/progress.ts';
import { withNeeds } from '../../terminal/usage.ts';
import { n } from '../../words.ts';
import { checkFile, type LaneChoice, sendables } from './checked-file.ts';
import { Conversation, exitCode } from './conversation.ts';
import { Leftover } from './leftover.ts';
import { missedOutcomes } from './missed-outcomes.ts';

interface Options extends PipelineOptions {
  lane?: string;
  wait?: true;
  timeout: number;
  force?: true;
  json?: true;
}

const defaultTimeoutSeconds = 120;
/** Without news for so long, the ledger is asked. */
const quietSeconds = 15;
/** So many of the oldest open messages are looked up then; at the end, all of them. */
const lookedUpWhenQuiet = 100;

export function sendCommand(): Command {
  const command = new Command('send')
    .description('Sends commands to a pipeline, and can wait for what becomes of them.')
    .argument('<file>', 'NDJSON (one command a line), a JSON array, or a single JSON command; - reads standard input')
    .option('--lane <name>', 'the lane; unless given, each source’s first lane in lib/config/config.ts')
    .option('--wait', 'wait for every outcome and print it')
    .option('--timeout <seconds>', 'with --wait: give up after so long without news', seconds, defaultTimeoutSeconds);
  return withPipelineOptions(withNeeds(command, { timeout: 'wait', json: 'wait' }))
    .option('--force', 'send even what is not a JSON object')
    .option('--json', 'with --wait: print outcomes as they are, one JSON object a line')
    .addHelpText(
      'after',
      `${pipelineHelp} The body of a message may be a bare command, an EventBridge event, a CloudEvent or an SNS notification.

The whole file is read first, and nothing is sent while a line of it is wrong. It must be UTF-8; its size does not matter. What
could not be sent later on (interrupted, refused, no way to AWS) is kept in <file>.not-sent.ndjson, which can be sent again.
After a hard kill, send the whole file again: a repeat makes nothing twice.

With --wait it publishes probes to the outcome topic until it hears one: a new subscription may take a minute. What it has not
heard of in the end it looks up in the ledger. For both you need the permission; without it, it goes on and says so.

Exit codes:
  ${exitCode.done}  sent; with --wait: and every command was carried out, was before, or was overtaken by a later change
  ${exitCode.notCarriedOut}  with --wait: some command was rejected, stale or in conflict, or its QR code failed
  ${exitCode.nothingSent}  nothing was sent: the file, the options, or the way to the pipeline is wrong
  ${exitCode.unanswered}  with --wait: something was not answered in time, or is parked until there is quota again
  ${exitCode.partlySent}  some were sent and others not: how many, which lines, and the file that they are in are told at the end

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
  const { lane, force } = options;
  const choice = { stackName, pipeline, ...(lane !== undefined && { lane }), ...(force && { force }) };
  return interruptible(async (interrupted) => {
    const source = await openMessages(file, interrupted);
    try {
      return await sendFile(file, source, options, choice, interrupted);
    } finally {
      await source.close();
    }
  });
}

async function sendFile(
  file: string,
  source: MessageSource,
  options: Options,
  choice: LaneChoice,
  interrupted: AbortSignal,
): Promise<number> {
  const { stackName } = choice;
  const progress = new Progress(process.stderr);
  const onMessage = (sofar: number) => progress.update(() => `${n(sofar)} commands read`);
  const checked = await checkFile(source, choice, { interrupted, onMessage });
  // A connection that hangs is as good as none.
  const sqs = new SQSClient({ requestHandler: { connectionTimeout: 10_000, requestTimeout: 30_000 } });
  const named = await readOutputs(new CloudFormationClient(), stackName);
  const outputs = pipelineOutputs(named, stackName);
  for (const lane of checked.lanes) {
    if (outputs.laneQueueUrls.has(lane)) continue;
    throw new OperatorError(
      `${stackName} has no lane ${lane}; it has ${[...outputs.laneQueueUrls.keys()].join(', ')}.`,
    );
  }

  const ended = new AbortController();
  const signal = AbortSignal.any([interrupted, ended.signal]);
  let hearing: OutcomeQueue | undefined;
  try {
    if (options.wait) {
      const only = checked.onlySource === undefined ? {} : { source: checked.onlySource };
      hearing = await openOutcomeQueue({ sqs, sns: new SNSClient() }, outputs.outcomeTopicArn, only);
      await listenFirst(hearing, progress, signal);
    }
    if (interrupted.aborted) throw new OperatorError('Interrupted. Nothing was sent.');
    const conversation = new Conversation(options.json === true);
    const leftover = new Leftover(file);
    const done = AbortSignal.any([signal, conversation.over]);
    const sending = async () => {
      const { stoppedBy } = await sendAll(sqs, sendables(source, choice), {
        queueUrlOf: ({ lane }) => outputs.laneQueueUrls.get(lane) ?? '',
        onSent: ({ body: _, ...message }, messageId) => {
          progress.update(() => `${n(conversation.sentCount)} of ${n(checked.messages)} sent`);
          conversation.sent(message, messageId);
        },
        onUnsent: (unsent) => leftover.add(unsent),
        signal,
      });
      progress.clear();
      conversation.allSent(options.timeout);
      return stoppedBy;
    };
    const ledger = new Ledger(new DynamoDBClient(), outputNamed('LedgerTableName', named, stackName), systemClock);
    const lookUp = (most: number) => lookUpMissed(conversation, ledger, most);
    const [stoppedBy] = await Promise.all([
      sending(),
      hearing?.listen((outcome) => conversation.heard(outcome), done).catch(tellDeaf),
      options.wait ? lookUpWhenQuiet(conversation, lookUp, done) : undefined,
    ]);
    if (options.wait && !interrupted.aborted) await lookUp(Number.POSITIVE_INFINITY);

    if (stoppedBy !== undefined) console.error(troubleWords(stoppedBy, options));
    if (interrupted.aborted) console.error('Interrupted.');
    const isUntouched = conversation.sentCount === 0 && leftover.mayBeIn === 0;
    const words = leftover.words(isUntouched, (rest) => sendAgain(rest, options));
    const code = conversation.close(options.wait === true);
    for (const line of words) console.error(line);
    if (isUntouched) return exitCode.nothingSent;
    return leftover.count > 0 || stoppedBy !== undefined ? exitCode.partlySent : code;
  } finally {
    ended.abort();
    progress.clear();
    await hearing?.close().catch((error: unknown) => {
      console.error(`The outcome queue ${hearing?.url} could not be removed (${nameOf(error)}). Delete it.`);
    });
  }
}

/** Sends nothing before the subscription is heard, as far as one can. */
async function listenFirst(hearing: OutcomeQueue, progress: Progress, signal: AbortSignal): Promise<void> {
  const began = performance.now();
  const words = () => `waiting until the subscription works: ${Math.round((performance.now() - began) / 1000)} s`;
  const showing = setInterval(() => progress.update(words), 250);
  const heard = await hearing.untilHeard({ signal }).finally(() => clearInterval(showing));
  progress.clear();
  if (heard === 'heard' || signal.aborted) return;
  const why = heard === 'denied' ? 'You may not publish to the outcome topic' : 'No probe was heard in 90 s';
  console.error(`${why}: the first outcomes may not be heard. What is missing in the end is looked up in the ledger.`);
}

const tellDeaf = (error: unknown) => console.error(`Outcomes cannot be heard any more (${nameOf(error)}).`);

async function lookUpWhenQuiet(
  conversation: Conversation,
  lookUp: (most: number) => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  let lookedAtSeconds = 0;
  while (!signal.aborted) {
    await sleep(1_000, undefined, { signal }).catch(() => {});
    const quiet = conversation.quietSeconds;
    if (quiet < quietSeconds) lookedAtSeconds = 0;
    if (signal.aborted || quiet - lookedAtSeconds < quietSeconds) continue;
    lookedAtSeconds = quiet;
    if (!(await lookUp(lookedUpWhenQuiet))) return;
  }
}

/** @returns whether the ledger could be read */
async function lookUpMissed(conversation: Conversation, ledger: Ledger, most: number): Promise<boolean> {
  const open = conversation.open().slice(0, most);
  if (open.length === 0) return true;
  try {
    conversation.found(await missedOutcomes(open, ledger));
    return true;
  } catch (error) {
    console.error(`What was not heard cannot be looked up in the ledger (${nameOf(error)}).`);
    return false;
  }
}

const nameOf = (error: unknown) =>
  error instanceof Error ? String(Reflect.get(error, 'code') ?? error.name) : 'unknown';

function troubleWords(error: unknown, { local }: Options): string {
  if (error instanceof OperatorError) return error.message;
  return (
    serviceTrouble(error, local === true) ?? `SQS takes no more: ${error instanceof Error ? error.message : error}`
  );
}

function sendAgain(file: string, { lane, wait, timeout, force, json, local, stack }: Options): string {
  const quoted = /^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", `'\\''`)}'`;
  const given = [
    ...(lane === undefined ? [] : ['--lane', lane]),
    ...(wait ? ['--wait'] : []),
    ...(timeout === defaultTimeoutSeconds ? [] : ['--timeout', String(timeout)]),
    ...(force ? ['--force'] : []),
    ...(json ? ['--json'] : []),
    ...(local ? ['--local'] : []),
    ...(stack === undefined ? [] : ['--stack', stack]),
  ];
  return ['onelink send', quoted, ...given].join(' ');
}

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('It must be a number of seconds above 0.');
  return value;
}

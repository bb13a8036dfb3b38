import { setTimeout as sleep } from 'node:timers/promises';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { Command, InvalidArgumentError } from 'commander';
import type { Ledger } from '../../../lambdas/adapters/ledger.ts';
import type { PipelineSettings } from '../../../lib/config/config-schema.ts';
import { type MessageSource, openMessages } from '../../files/message-source.ts';
import { clientsBySender, producerKey, senderKey } from '../../pipeline/local-senders.ts';
import type { OutcomeFilter } from '../../pipeline/outcome-queue.ts';
import { type Outcomes, openOutcomes, type PrivateQueue } from '../../pipeline/outcomes.ts';
import { outcomeQueuesOf, pipelineOutputs, privateQueuesOf } from '../../pipeline/pipeline-outputs.ts';
import { sendAll } from '../../pipeline/send-messages.ts';
import { serviceErrorWords } from '../../pipeline/service-error.ts';
import { pipelineHelp, pipelineVerb, type Scene, type VerbOptions } from '../../terminal/pipeline-verb.ts';
import type { Progress } from '../../terminal/progress.ts';
import { withNeeds } from '../../terminal/usage.ts';
import { OperatorError } from '../../words/operator-error.ts';
import { n } from '../../words/words.ts';
import { type CheckedFile, checkFile, type Sendable, sendables } from './checked-file.ts';
import { Conversation, exitCode } from './conversation.ts';
import { Leftover } from './leftover.ts';
import { missedOutcomes } from './missed-outcomes.ts';

interface Options extends VerbOptions {
  file: string;
  lane?: string;
  wait?: true;
  timeout: number;
  force?: true;
  as?: string;
}

const defaultTimeoutSeconds = 120;
/** Three weeks. A timer of 25 days or more would end at once. */
const mostSeconds = 1_814_400;
/** After this long without news, the verb reads the ledger. */
const quietSeconds = 15;
/** How many of the oldest open messages it then reads. At the end it reads all of them. */
const lookedUpWhenQuiet = 100;

const operatorName = 'operator';

export function sendCommand(): Command {
  const command = new Command('send')
    .description('Sends commands to a pipeline, and can wait for their outcomes.')
    .argument('<file>', 'NDJSON (one command per line), a JSON array, or a single JSON command; - reads standard input')
    .option('--lane <name>', 'the lane (default: each source’s first lane in lib/config/config.ts)')
    .option('--as <name>', 'with --local: send as this producer, or as operator (default: each source’s producer)')
    .option('--wait', 'wait for every outcome and print it')
    .option(
      '--timeout <seconds>',
      'with --wait: stop after this time without an outcome',
      seconds,
      defaultTimeoutSeconds,
    );
  command.hook('preAction', () => {
    const { as, local } = command.opts<Options>();
    if (as !== undefined && !local) {
      command.error("error: option '--as' needs option '--local': on AWS, your credentials decide who the sender is");
    }
  });
  return pipelineVerb(
    withNeeds(command, { timeout: 'wait', json: 'wait' }),
    `${pipelineHelp} The body of a message may be a bare command, an EventBridge event, a CloudEvent or an SNS notification.

The verb first reads the whole file, and sends nothing if a line has a fault. The file must be UTF-8, of any size. If some
messages cannot be sent (interrupted, refused, AWS unreachable), the verb keeps them in <file>.not-sent.ndjson. You can send
that file later. After a hard kill, send the whole file again: a repeat makes nothing twice.

With --local, the verb sends each command as the producer of its source, if the configuration binds that source. To see what
happens to the commands of others, name another producer with --as, or ${operatorName}, whom no producer knows.

With --wait, the verb receives from the outcome queue of a source that has one. It deletes only the outcomes of what it sent, and
gives others back. Do not use it beside a running consumer of that queue, which would take outcomes away. For other sources, it
subscribes a temporary queue to the outcome topic, and publishes probes until it receives one. A new subscription may take a
minute. At the end, it reads missed outcomes from the ledger. Both need a permission. Without it, the verb prints a warning and
continues. The answer to a get comes through the private outcome queue of its source, and the ledger never has it.

Exit codes:
  ${exitCode.done}  sent; with --wait: and every command was carried out, repeated or superseded
  ${exitCode.notCarriedOut}  with --wait: a command was rejected, stale or in conflict, or its QR code failed
  ${exitCode.nothingSent}  nothing was sent: the file or the options have a fault, or the pipeline is unreachable
  ${exitCode.unanswered}  with --wait: a command has no outcome after the time-out, or is parked
  ${exitCode.partlySent}  some messages were not sent; the last lines name them and the file that keeps them

Examples:
  onelink send commands.ndjson --wait
  onelink send commands.json --lane transactional --stack OneLink-staging
  echo '{"specVersion":"1.0", …}' | onelink send - --local --wait`,
    send,
  )
    .option('--force', 'also send messages that are not JSON objects')
    .option('--json', 'with --wait: print each outcome as one JSON object per line');
}

async function send(scene: Scene<Options>): Promise<number> {
  const source = await openMessages(scene.options.file, scene.interrupted);
  return sendFile(source, scene).finally(() => source.close());
}

async function sendFile(
  source: MessageSource,
  { options, chosen, progress, interrupted }: Scene<Options>,
): Promise<number> {
  const { stackName, pipeline } = chosen;
  const sender = chosenSender(options, pipeline?.settings.producers ?? []);
  const choice = { ...options, stackName, pipeline };
  const onMessage = (sofar: number) => progress.update(() => `${n(sofar)} commands read`);
  const checked = await checkFile(source, choice, { interrupted, onMessage });
  // A connection that hangs must not block the verb.
  const settings = { requestHandler: { connectionTimeout: 10_000, requestTimeout: 30_000 } };
  const sqs = new SQSClient(settings);
  const sqsOf = clientsBySender(sqs, (accessKeyId) => ({
    ...settings,
    credentials: { accessKeyId, secretAccessKey: 'local' },
  }));
  const deployed = await chosen.deployed();
  const outputs = pipelineOutputs(deployed.outputs, stackName);
  for (const lane of checked.lanes) {
    if (outputs.laneQueueUrls.has(lane)) continue;
    throw new OperatorError(
      `${stackName} has no lane ${lane}; it has ${[...outputs.laneQueueUrls.keys()].join(', ')}.`,
    );
  }

  const ended = new AbortController();
  const signal = AbortSignal.any([interrupted, ended.signal]);
  let outcomes: Outcomes | undefined;
  try {
    if (options.wait) {
      // The outcome of a forged command has the source of its sender.
      const awaited = { ...checked, sources: new Set([...checked.sources, ...sender.sources]) };
      const own = outcomeQueuesOf(awaited.sources, deployed.outputs);
      const answers = privateQueuesOf(checked.askingSources, deployed.outputs);
      const privateQueues = [...answers].map(([source, url]): PrivateQueue => {
        const client = options.local ? sqsOf(producerKey(source)) : sqs;
        return { url, sqs: client, onRefused: (error) => reportRefusal(source, error) };
      });
      outcomes = await openOutcomes(
        { sqs, sns: new SNSClient() },
        {
          topicArn: outputs.outcomeTopicArn,
          ownQueues: [...own.values()],
          privateQueues,
          others: otherThan(own, awaited),
        },
      );
      await listenFirst(outcomes, progress, signal);
    }
    if (interrupted.aborted) throw new OperatorError('Interrupted. Nothing was sent.');
    const conversation = new Conversation(options.json === true);
    const leftover = new Leftover(options.file);
    const done = AbortSignal.any([signal, conversation.over]);
    const sending = async () => {
      const { stoppedBy } = await sendAll(sqsOf, sendables(source, choice), {
        senderOf: sender.keyOf,
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
    const { ledger } = deployed;
    const lookUp = (most: number) => lookUpMissed(conversation, ledger, most);
    const [stoppedBy] = await Promise.all([
      sending(),
      outcomes?.listen((outcome) => conversation.received(outcome), done).catch(reportDeafness),
      options.wait ? lookUpWhenQuiet(conversation, lookUp, done) : undefined,
    ]);
    if (options.wait && !interrupted.aborted) await lookUp(Number.POSITIVE_INFINITY);

    if (stoppedBy !== undefined) console.error(errorWords(stoppedBy, options));
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
    await outcomes?.close().catch((error: unknown) => {
      console.error(
        `The queue for outcomes ${outcomes?.temporaryUrl} could not be deleted (${nameOf(error)}). Delete it yourself.`,
      );
    });
  }
}

/** Who sends each message: in a local run, its producer or whom the operator names. On AWS, the credentials decide. */
function chosenSender(
  { as, local }: Options,
  producers: PipelineSettings['producers'],
): { keyOf(message: Sendable): string | undefined; sources: string[] } {
  if (!local || as === operatorName) return { keyOf: () => undefined, sources: [] };
  if (as === undefined) return { keyOf: (message) => senderKey(producers, message), sources: [] };
  const known = producers.map(({ source }) => source);
  if (known.includes(as)) return { keyOf: () => producerKey(as), sources: [as] };
  throw new OperatorError(
    `--as: ${as} is not a producer of the local run. Name ${[...known, operatorName].join(', ')}.`,
  );
}

/** A filter of SNS has at most 150 values. */
const mostFiltered = 100;

/** The outcomes that no producer's own queue has. */
function otherThan(own: ReadonlyMap<string, string>, { sources, allHaveSources }: CheckedFile): OutcomeFilter {
  const others = [...sources].filter((source) => !own.has(source));
  if (allHaveSources && others.length <= mostFiltered) return { only: others };
  return { except: own.size <= mostFiltered ? [...own.keys()] : [] };
}

/** Waits until the subscription delivers a probe, the time-out ends, or the topic refuses the probe. */
async function listenFirst(queue: Outcomes, progress: Progress, signal: AbortSignal): Promise<void> {
  const began = performance.now();
  const words = () => `waiting for the subscription: ${Math.round((performance.now() - began) / 1000)} s`;
  const showing = setInterval(() => progress.update(words), 250);
  const received = await queue.untilReceived({ signal }).finally(() => clearInterval(showing));
  progress.clear();
  if (received === 'received' || signal.aborted) return;
  const why = received === 'denied' ? 'You may not publish to the outcome topic' : 'No probe came back in 90 s';
  console.error(
    `${why}, so the first outcomes may be missed. At the end, the verb reads missed outcomes from the ledger.`,
  );
}

const reportDeafness = (error: unknown) => console.error(`Outcomes can no longer be received (${nameOf(error)}).`);

const reportRefusal = (source: string, error: unknown) =>
  console.error(
    `The private outcome queue of ${source} refuses you (${nameOf(error)}). Only the principals of ${source} may receive the ` +
      'answers to get. Send with their credentials.',
  );

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
    console.error(`Missed outcomes cannot be read from the ledger (${nameOf(error)}).`);
    return false;
  }
}

const nameOf = (error: unknown) =>
  error instanceof Error ? String(Reflect.get(error, 'code') ?? error.name) : 'unknown';

function errorWords(error: unknown, { local }: Options): string {
  if (error instanceof OperatorError) return error.message;
  return (
    serviceErrorWords(error, local === true) ??
    `SQS accepts no more messages: ${error instanceof Error ? error.message : error}`
  );
}

function sendAgain(file: string, { as, lane, wait, timeout, force, json, local, stack }: Options): string {
  const quoted = /^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", `'\\''`)}'`;
  const given = [
    ...(lane === undefined ? [] : ['--lane', lane]),
    ...(as === undefined ? [] : ['--as', as]),
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
  if (value > 0 && value <= mostSeconds) return value;
  throw new InvalidArgumentError(`It must be a number of seconds above 0, at most ${n(mostSeconds)}.`);
}

import { SQSClient } from '@aws-sdk/client-sqs';
import { Command, Option } from 'commander';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import { RateLimiter } from '../../../lambdas/runtime/rate-limiter.ts';
import { formatOf } from '../../files/file-ending.ts';
import { OperatorError } from '../../operator-error.ts';
import { type PipelineOptions, pipelineHelp, withPipelineOptions } from '../../pipeline/pipeline-choice.ts';
import { count } from '../../terminal/count-option.ts';
import { runVerb, type Scene } from '../../terminal/pipeline-verb.ts';
import { confirmed } from './confirmation.ts';
import {
  type DeadLetterQueue,
  deadLetterQueues,
  nameOf,
  type QueueKind,
  queueKinds,
  sizeOf,
} from './dead-letter-queues.ts';
import { examinationPorts } from './examination-ports.ts';
import { LetterFile } from './letter-file.ts';
import { listDeadLetters, listedWords } from './list.ts';
import { purge } from './purge.ts';
import { redrive } from './redrive.ts';

/** Exit codes: scripts and the help text rely on them. */
export const exitCode = { done: 0, someLeft: 1, notDone: 2 } as const;

interface Options extends PipelineOptions {
  lane?: string;
  queue?: QueueKind;
  limit?: number;
  json?: true;
}

export function deadLettersCommand(): Command {
  return new Command('dead-letters')
    .description('Lists, redrives or purges dead letters: messages that no worker could complete.')
    .addCommand(listCommand())
    .addCommand(redriveCommand())
    .addCommand(purgeCommand());
}

/** The options that the three subcommands share. */
function subcommand(name: string, description: string, limit: string): Command {
  const command = new Command(name)
    .description(description)
    .option('--lane <name>', 'only this lane')
    .addOption(
      new Option('--queue <kind>', 'only command queues, only QR queues, or only the queue of expired links').choices(
        queueKinds,
      ),
    )
    .option('--limit <number>', limit, count(1, 10_000_000))
    .option('--json', 'print one JSON object per line');
  return withPipelineOptions(command);
}

const codesHelp = (done: string, someLeft: string) => `
Exit codes:
  ${exitCode.done}  ${done}
  ${exitCode.someLeft}  ${someLeft}
  ${exitCode.notDone}  the verb failed; the error explains why
`;

function listCommand(): Command {
  return subcommand(
    'list',
    'Shows each dead letter and, if known, why it is one.',
    'the most dead letters to show from each queue (default: 100)',
  )
    .addHelpText(
      'after',
      `${pipelineHelp}

The listing changes nothing. It hides each message from other receivers for up to a minute, and then returns it. It shows
the source, the requestId and the action of each message, never its contents.

The reason comes from the message and from the current ledger. It names the request's outcome, the state of its link, the
broken rules, or a validUntil that has passed. If neither explains the failure, the reason is "unknown". Then read the
worker's log.
${codesHelp('listed, or there was nothing to list', 'interrupted')}
Examples:
  onelink dead-letters list
  onelink dead-letters list --lane campaign --queue qr --limit 500 --stack OneLink-staging
  onelink dead-letters list --json --local | jq -r .reason | sort | uniq -c`,
    )
    .action(verb(list));
}

function redriveCommand(): Command {
  return subcommand('redrive', 'Sends dead letters back to the queue they came from.', 'stop after this many messages')
    .option('--rate <number>', 'messages per second', count(1, 1_000), 20)
    .addHelpText(
      'after',
      `${pipelineHelp}

Fix the cause first. Each message keeps its first sent time and its message ID. Its outcome carries the ID that SendMessage
returned to the producer. A command that has its outcome is not carried out again.

The redrive sends each message before it deletes it. If you interrupt it, it loses none and sends at most ten twice.
${codesHelp('all were sent back', 'some are still dead letters: you interrupted the redrive, or SQS refused them')}
Examples:
  onelink dead-letters redrive --lane campaign --queue commands --limit 10
  onelink dead-letters redrive --rate 100 --stack OneLink-staging
  onelink dead-letters redrive --local`,
    )
    .action(verb(redriveAll));
}

interface PurgeOptions extends Options {
  yes?: true;
  to?: string;
}

function purgeCommand(): Command {
  return subcommand('purge', 'Writes dead letters to a file, and deletes them.', 'stop after this many messages')
    .option('--yes', 'delete without a confirmation')
    .option(
      '--to <file>',
      'the file, which must not exist (default: dead-letters-<stack>-<time>.ndjson in this directory)',
    )
    .addHelpText(
      'after',
      `${pipelineHelp}

A purged command gets no outcome. The purge writes each message to the file, one JSON object per line, before it deletes
the message. The file holds confidential data, and only you can read it (mode 600). Delete it when you no longer need it.
${codesHelp('all were deleted', 'some are left: you interrupted the purge, or did not confirm it')}
Examples:
  onelink dead-letters purge --lane campaign --queue qr
  onelink dead-letters purge --yes --to /secure/letters.ndjson
  jq -c '.body | fromjson' letters.ndjson | onelink send -    # sends purged commands again`,
    )
    .action(verb(purgeAll, ({ to }) => to !== undefined && formatOf(to, ['ndjson', 'jsonl'])));
}

/** A pipeline's dead-letter queues, and the client that calls them. */
interface LetterScene<Chosen extends Options> extends Scene<Chosen> {
  queues: DeadLetterQueue[];
  sqs: SQSClient;
}

function verb<Chosen extends Options>(
  work: (scene: LetterScene<Chosen>) => Promise<number>,
  check?: (options: Chosen) => void,
) {
  return (options: Chosen): Promise<void> =>
    runVerb(
      options,
      exitCode.notDone,
      (scene) => {
        const queues = deadLetterQueues(scene.outputs, scene.stackName, options);
        return work({ ...scene, queues, sqs: new SQSClient() });
      },
      undefined,
      check,
    );
}

async function list(scene: LetterScene<Options>): Promise<number> {
  const { options, queues, sqs, progress, interrupted } = scene;
  const ports = await examinationPorts(scene);
  let listed = 0;
  for (const queue of queues) {
    if (interrupted.aborted) break;
    const { limit = 100 } = options;
    const { waiting, held } = await sizeOf(sqs, queue);
    const shown = await listDeadLetters(sqs, queue, { limit, interrupted }, ports, (letter) => {
      progress.clear();
      console.log(options.json ? JSON.stringify(letter) : listedWords(letter));
    });
    listed += shown;
    if (shown < waiting && shown === limit) {
      console.error(`${nameOf(queue)}: ${shown} of about ${waiting} shown; --limit shows more`);
    } else if (held > 0) {
      console.error(`${nameOf(queue)}: another receiver holds about ${held} more; list them again in a minute`);
    }
  }
  if (listed === 0 && !interrupted.aborted) console.error('No dead letters.');
  return interrupted.aborted ? exitCode.someLeft : exitCode.done;
}

async function redriveAll(scene: LetterScene<Options & { rate: number }>): Promise<number> {
  const { options, queues, sqs, progress, interrupted } = scene;
  const turns = RateLimiter.atPace(options.rate, systemClock);
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  let someLeft = false;
  for (const queue of queues) {
    if (interrupted.aborted || left <= 0) break;
    const { waiting } = await sizeOf(sqs, queue);
    const { moved, refused } = await redrive(sqs, queue, { limit: left, interrupted }, turns, (sofar) =>
      progress.update(() => `${nameOf(queue)}: ${n(sofar)} of about ${n(waiting)} sent back`),
    );
    progress.clear();
    left -= moved;
    someLeft ||= refused.length > 0;
    for (const { messageId, reason } of refused)
      console.error(`${nameOf(queue)}: message ${messageId} stays: ${reason}`);
    printCount(options, queue, 'redriven', moved, 'sent back');
  }
  reportInterruption(interrupted);
  return someLeft || interrupted.aborted ? exitCode.someLeft : exitCode.done;
}

async function purgeAll(scene: LetterScene<PurgeOptions>): Promise<number> {
  const { options, queues, stackName, sqs, progress, interrupted } = scene;
  const sizes = await Promise.all(queues.map((queue) => sizeOf(sqs, queue)));
  const waiting = sizes.reduce((sum, size) => sum + size.waiting, 0);
  if (waiting === 0) {
    console.error('No dead letters.');
    return exitCode.done;
  }
  const counts = queues.map((queue, index) => `${nameOf(queue)} ${n(sizes[index]?.waiting ?? 0)}`).join(', ');
  const file =
    options.to ?? `dead-letters-${stackName}-${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}.ndjson`;
  const most = options.limit === undefined ? '' : ` It deletes up to ${n(options.limit)} of them.`;
  console.error(
    `About ${n(waiting)} dead letters in ${stackName}: ${counts}.${most} The purge writes them to ${file} first.`,
  );
  if (!options.yes && !(await agreed(interrupted))) return exitCode.someLeft;

  const kept = await LetterFile.create(file);
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  try {
    for (const queue of queues) {
      if (interrupted.aborted || left <= 0) break;
      const deleted = await purge(
        sqs,
        queue,
        { limit: left, interrupted },
        (letters) => kept.add(queue, letters),
        (sofar) => progress.update(() => `${nameOf(queue)}: ${n(sofar)} deleted`),
      );
      progress.clear();
      left -= deleted;
      printCount(options, queue, 'purged', deleted, 'deleted');
    }
  } finally {
    await kept.close();
  }
  reportInterruption(interrupted);
  return interrupted.aborted ? exitCode.someLeft : exitCode.done;
}

function reportInterruption(interrupted: AbortSignal): void {
  if (interrupted.aborted)
    console.error('Interrupted. The other messages are still dead letters. To continue, run the same command again.');
}

/** @throws OperatorError if the input is not a terminal, because the verb cannot ask */
async function agreed(interrupted: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new OperatorError(
      'The input is not a terminal. To delete without a confirmation, add --yes. Nothing was deleted.',
    );
  if (await confirmed('Delete them?', interrupted)) return true;
  console.error('Nothing was deleted.');
  return false;
}

function printCount(
  options: Options,
  { lane, kind }: DeadLetterQueue,
  what: string,
  count: number,
  words: string,
): void {
  if (options.json) console.log(JSON.stringify({ lane, queue: kind, [what]: count }));
  else console.log(`${nameOf({ lane, kind })}: ${n(count)} ${words}`);
}

const n = (count: number) => count.toLocaleString('en');

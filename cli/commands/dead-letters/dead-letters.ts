import { SQSClient } from '@aws-sdk/client-sqs';
import { Command, Option } from 'commander';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import { Turnstile } from '../../../lambdas/runtime/turnstile.ts';
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
    .description('Lists, redrives or purges the messages that no worker could settle.')
    .addCommand(listCommand())
    .addCommand(redriveCommand())
    .addCommand(purgeCommand());
}

/** What the three of them share. */
function subcommand(name: string, description: string, limit: string): Command {
  const command = new Command(name)
    .description(description)
    .option('--lane <name>', 'only this lane')
    .addOption(
      new Option('--queue <kind>', 'only command queues, only QR queues, or only that of expired links').choices(
        queueKinds,
      ),
    )
    .option('--limit <number>', limit, count(1, 10_000_000))
    .option('--json', 'print one JSON object a line');
  return withPipelineOptions(command);
}

const codesHelp = (done: string, someLeft: string) => `
Exit codes:
  ${exitCode.done}  ${done}
  ${exitCode.someLeft}  ${someLeft}
  ${exitCode.notDone}  it could not be done
`;

function listCommand(): Command {
  return subcommand(
    'list',
    'Shows each dead letter, and why it is one as far as that can be told.',
    'at most so many of each queue (default: 100)',
  )
    .addHelpText(
      'after',
      `${pipelineHelp}

Messages are only looked at: each is hidden for up to a minute, and then given back. Shown is who asked for what, never
what was in it. The reason is worked out from the message and from the ledger as it is now: whether the request was
answered, whether its link is there, whether the command is valid, or its validUntil has passed. Where nothing tells, it
says unknown: the worker's log may know more.
${codesHelp('listed, or there was nothing to list', 'interrupted')}
Examples:
  onelink dead-letters list
  onelink dead-letters list --lane campaign --queue qr --limit 500 --stack OneLink-staging
  onelink dead-letters list --json --local | jq -r .reason | sort | uniq -c`,
    )
    .action(verb(list));
}

function redriveCommand(): Command {
  return subcommand('redrive', 'Sends dead letters back to the queue they came from.', 'stop after so many')
    .option('--rate <number>', 'messages a second', count(1, 1_000), 20)
    .addHelpText(
      'after',
      `${pipelineHelp}

Mend the cause first. Each message keeps its first sent time and message ID, so that its producer's outcome carries the
ID that SendMessage returned, and a command is as old as it is. What was carried out before is not carried out again.
A message is sent first and deleted then: interrupted, at most ten are sent twice, and none is lost.
${codesHelp('all were sent back', 'some stay dead letters: it was interrupted, or SQS refused them')}
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
  return subcommand('purge', 'Deletes dead letters, after writing them to a file.', 'stop after so many')
    .option('--yes', 'do not ask')
    .option(
      '--to <file>',
      'the file, which must not exist (default: dead-letters-<stack>-<time>.ndjson in this directory)',
    )
    .addHelpText(
      'after',
      `${pipelineHelp}

Nobody will be told an outcome of what is deleted. Each message is written to the file, one JSON object a line, before it
goes. The file holds confidential data: only you can read it (mode 600); delete it when it has served.
${codesHelp('all were deleted', 'some are left: it was interrupted, or you said no')}
Examples:
  onelink dead-letters purge --lane campaign --queue qr
  onelink dead-letters purge --yes --to /secure/letters.ndjson
  jq -c '.body | fromjson' letters.ndjson | onelink send -    # puts purged commands back after all`,
    )
    .action(verb(purgeAll, ({ to }) => to !== undefined && formatOf(to, ['ndjson', 'jsonl'])));
}

/** A pipeline's dead-letter queues, and how to speak to them. */
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
      console.error(`${nameOf(queue)}: about ${held} more are in somebody’s hands; look again in a minute`);
    }
  }
  if (listed === 0 && !interrupted.aborted) console.error('No dead letters.');
  return interrupted.aborted ? exitCode.someLeft : exitCode.done;
}

async function redriveAll(scene: LetterScene<Options & { rate: number }>): Promise<number> {
  const { options, queues, sqs, progress, interrupted } = scene;
  const turns = Turnstile.atPace(options.rate, systemClock);
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
    say(options, queue, 'redriven', moved, 'sent back');
  }
  sayInterrupted(interrupted);
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
  const most = options.limit === undefined ? '' : ` Up to ${n(options.limit)} of them go.`;
  console.error(
    `About ${n(waiting)} dead letters in ${stackName}: ${counts}.${most} They are written to ${file} first.`,
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
      say(options, queue, 'purged', deleted, 'deleted');
    }
  } finally {
    await kept.close();
  }
  sayInterrupted(interrupted);
  return interrupted.aborted ? exitCode.someLeft : exitCode.done;
}

function sayInterrupted(interrupted: AbortSignal): void {
  if (interrupted.aborted)
    console.error('Interrupted: the rest stays where it is. To go on, run the same command again.');
}

/** @throws OperatorError when there is nobody to be asked */
async function agreed(interrupted: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY) throw new OperatorError('Nobody is here to be asked: say --yes. Nothing was deleted.');
  if (await confirmed('Delete them?', interrupted)) return true;
  console.error('Nothing was deleted.');
  return false;
}

function say(options: Options, { lane, kind }: DeadLetterQueue, what: string, count: number, words: string): void {
  if (options.json) console.log(JSON.stringify({ lane, queue: kind, [what]: count }));
  else console.log(`${nameOf({ lane, kind })}: ${n(count)} ${words}`);
}

const n = (count: number) => count.toLocaleString('en');

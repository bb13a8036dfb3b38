import { Command, Option } from 'commander';
import { formatOf } from '../../files/file-ending.ts';
import type { Limits } from '../../pipeline/dead-letters/dead-letter.ts';
import {
  type DeadLetterQueue,
  deadLetterQueues,
  nameOf,
  type QueueKind,
  queueKinds,
  sizeOf,
} from '../../pipeline/dead-letters/dead-letter-queues.ts';
import { examinationPorts } from '../../pipeline/dead-letters/examination.ts';
import { LetterFile } from '../../pipeline/dead-letters/letter-file.ts';
import { listDeadLetters, listedWords } from '../../pipeline/dead-letters/list.ts';
import { purge } from '../../pipeline/dead-letters/purge.ts';
import { redrive } from '../../pipeline/dead-letters/redrive.ts';
import { actingIn, reasonOf, reasonOption } from '../../terminal/acting.ts';
import { mayDelete } from '../../terminal/confirmation.ts';
import { count } from '../../terminal/count-option.ts';
import { pipelineHelp, pipelineVerb, type Scene, type VerbOptions } from '../../terminal/pipeline-verb.ts';
import { n } from '../../words/words.ts';

/** Exit codes: scripts and the help text rely on them. */
const exitCode = { done: 0, someLeft: 1, notDone: 2 } as const;

interface Options extends VerbOptions {
  lane?: string;
  queue?: QueueKind;
  limit?: number;
  reason?: string;
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
  const kinds =
    'only command queues, ingress queues, or the queue of QR jobs, expired links, campaign files or outcomes, which all lanes share';
  return new Command(name)
    .description(description)
    .option('--lane <name>', 'only this lane')
    .addOption(new Option('--queue <kind>', kinds).choices(queueKinds))
    .option('--limit <number>', limit, count(1, 10_000_000))
    .option('--json', 'print one JSON object per line');
}

const codesHelp = (done: string, someLeft: string) => `
Exit codes:
  ${exitCode.done}  ${done}
  ${exitCode.someLeft}  ${someLeft}
  ${exitCode.notDone}  the verb failed; the error explains why
`;

function listCommand(): Command {
  const most = 'the most dead letters to show from each queue (default: 100)';
  return pipelineVerb(
    subcommand('list', 'Shows each dead letter and, if known, why it is one.', most),
    `${pipelineHelp}

The listing changes nothing. It hides each message from other receivers for up to a minute, and then returns it. It shows
the source, the requestId and the action of each message, never its contents.

The reason comes from the message and from the current ledger. It names the request's outcome, the state of its link, the
broken rules, or a validUntil that has passed. If neither explains the failure, the reason is "unknown". Then read the
worker's log, or the forwarder's for a message of an ingress queue. The reasons
sender-not-allowed and sender-unknown show a sender that may not send as the named source. A redrive does not carry its message out.

--queue deliveries shows the outcomes that SNS could not post to the outcomeUrl of a producer.
${codesHelp('listed, or there was nothing to list', 'interrupted')}
Examples:
  onelink dead-letters list
  onelink dead-letters list --queue deliveries
  onelink dead-letters list --queue qr --limit 500 --stack OneLink-staging
  onelink dead-letters list --json --local | jq -r .reason | sort | uniq -c`,
    list,
  );
}

function redriveCommand(): Command {
  return pipelineVerb(
    subcommand('redrive', 'Sends dead letters back to the queue they came from.', 'stop after this many messages'),
    `${pipelineHelp}

Fix the cause first. Each message keeps its first sent time and its message ID. Its outcome carries the ID that SendMessage
returned to the producer. A command that has its outcome is not carried out again.

The pipeline's operations function does the work, and vouches for the first sender of each message. While five other acts
run, the verb waits. Ctrl-C ends it within seconds, and loses no message.

The letters of --queue deliveries are outcomes that SNS could not post. They are published again, with a new signature. SNS has no
call for one receiver, so every receiver of their source gets them: its outcomeUrl, its outcomeQueue and its own subscriptions. They
know a repeat by its outcomeId. What SNS cannot post again is a dead letter within the hour. A refused letter is none of this topic.
${codesHelp('all were sent back', 'some are still dead letters: you interrupted the redrive, or SQS refused them')}
Examples:
  onelink dead-letters redrive --lane campaign --queue commands --limit 10
  onelink dead-letters redrive --rate 100 --stack OneLink-staging
  onelink dead-letters redrive --queue deliveries --limit 1    # one first, then the others
  onelink dead-letters redrive --local`,
    redriveAll,
  )
    .option('--rate <number>', 'messages per second', count(1, 1_000), 20)
    .option(...reasonOption);
}

function purgeCommand(): Command {
  return pipelineVerb(
    subcommand('purge', 'Writes dead letters to a file, and deletes them.', 'stop after this many messages'),
    `${pipelineHelp}

A purged command gets no outcome, and a purged outcome never reaches its receiver. The verb writes each message to the file, one JSON object per line, before it deletes
the message. The file holds confidential data, and only you can read it (mode 600). Delete it when you no longer need it.
${codesHelp('all were deleted', 'some are left: you interrupted the purge, or did not confirm it')}
Examples:
  onelink dead-letters purge --queue qr
  onelink dead-letters purge --yes --to /secure/letters.ndjson
  jq -c '.body | fromjson' letters.ndjson | onelink send -    # sends purged commands again`,
    purgeAll,
  )
    .option(...reasonOption)
    .option('--yes', 'delete without a confirmation')
    .option(
      '--to <file>',
      'the file, which must not exist (default: dead-letters-<stack>-<time>.ndjson in this directory)',
    );
}

async function list({ options, chosen, interrupted, print }: Scene<Options>): Promise<number> {
  const pipeline = await chosen.deployed();
  const queues = deadLetterQueues(pipeline.outputs, pipeline.stackName, options);
  const ports = await examinationPorts(chosen, pipeline);
  let listed = 0;
  for (const queue of queues) {
    if (interrupted.aborted) break;
    const { limit = 100 } = options;
    const { waiting, held } = await sizeOf(pipeline.sqs, queue);
    const shown = await listDeadLetters(pipeline.sqs, queue, { limit, interrupted }, ports, (letter) =>
      print(letter, listedWords(letter)),
    );
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

async function redriveAll(scene: Scene<Options & { rate: number }>): Promise<number> {
  const { options, chosen, progress, interrupted } = scene;
  const pipeline = await chosen.deployed();
  const act = actingIn(scene, pipeline).begin(reasonOf(options, 'Nothing was sent back.'));
  let someLeft = false;
  const queues = deadLetterQueues(pipeline.outputs, pipeline.stackName, options);
  await eachQueue(scene, queues, { what: 'redriven', words: 'sent back' }, async (queue, limits) => {
    const { waiting } = await sizeOf(pipeline.sqs, queue);
    const { moved, refused } = await redrive(act, queue, limits, options.rate, (sofar) =>
      progress.update(() => `${nameOf(queue)}: ${n(sofar)} of about ${n(waiting)} sent back`),
    );
    progress.clear();
    for (const { messageId, reason } of refused)
      console.error(`${nameOf(queue)}: message ${messageId} stays: ${reason}`);
    someLeft ||= refused.length > 0;
    return moved;
  });
  return someLeft || interrupted.aborted ? exitCode.someLeft : exitCode.done;
}

async function purgeAll(scene: Scene<Options & { yes?: true; to?: string }>): Promise<number> {
  const { options, chosen, progress, interrupted } = scene;
  const { stackName } = chosen;
  if (options.to !== undefined) formatOf(options.to, ['ndjson', 'jsonl']);
  const reason = reasonOf(options, 'Nothing was deleted.');
  const pipeline = await chosen.deployed();
  const queues = deadLetterQueues(pipeline.outputs, pipeline.stackName, options);
  const sizes = await Promise.all(queues.map((queue) => sizeOf(pipeline.sqs, queue)));
  const waiting = sizes.reduce((sum, size) => sum + size.waiting, 0);
  if (waiting === 0) {
    console.error('No dead letters.');
    return exitCode.done;
  }
  const counts = queues.map((queue, index) => `${nameOf(queue)} ${n(sizes[index]?.waiting ?? 0)}`).join(', ');
  const now = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const file = options.to ?? `dead-letters-${stackName}-${now}.ndjson`;
  const most = options.limit === undefined ? '' : ` It deletes up to ${n(options.limit)} of them.`;
  console.error(
    `About ${n(waiting)} dead letters in ${stackName}: ${counts}.${most} The purge writes them to ${file} first.`,
  );
  if (!options.yes && !(await mayDelete('Delete them?', interrupted))) return exitCode.someLeft;

  const act = actingIn(scene, pipeline).begin(reason);
  const kept = await LetterFile.create(file);
  await eachQueue(scene, queues, { what: 'purged', words: 'deleted' }, (queue, limits) =>
    purge(
      act,
      queue,
      limits,
      (letters) => kept.add(queue, letters),
      (sofar) => progress.update(() => `${nameOf(queue)}: ${n(sofar)} deleted`),
    ),
  ).finally(() => kept.close());
  return interrupted.aborted ? exitCode.someLeft : exitCode.done;
}

/**
 * Works through the queues, within one limit for all of them, and prints how many messages of each are done.
 *
 * @param result the name of the count in JSON, and the words for it
 */
async function eachQueue(
  { options, interrupted, print }: Scene<Options>,
  queues: readonly DeadLetterQueue[],
  { what, words }: { what: string; words: string },
  work: (queue: DeadLetterQueue, limits: Limits) => Promise<number>,
): Promise<void> {
  let limit = options.limit ?? Number.POSITIVE_INFINITY;
  for (const queue of queues) {
    if (interrupted.aborted || limit <= 0) break;
    const done = await work(queue, { limit, interrupted });
    limit -= done;
    const { lane, kind, source } = queue;
    const ingress = source === undefined ? {} : { ingress: source };
    print({ lane, queue: kind, ...ingress, [what]: done }, `${nameOf(queue)}: ${n(done)} ${words}`);
  }
  if (interrupted.aborted)
    console.error('Interrupted. The other messages are still dead letters. To continue, run the same command again.');
}

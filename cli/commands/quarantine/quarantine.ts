import { S3Client } from '@aws-sdk/client-s3';
import { Command } from 'commander';
import { ParkedStore } from '../../../lambdas/adapters/parked-store.ts';
import { type QuarantinedObject, QuarantineStore } from '../../../lambdas/adapters/quarantine-store.ts';
import { OperatorError } from '../../operator-error.ts';
import { type PipelineOptions, pipelineHelp, withPipelineOptions } from '../../pipeline/pipeline-choice.ts';
import { runVerb, type Scene } from '../../terminal/pipeline-verb.ts';
import { withNeeds } from '../../terminal/usage.ts';
import { counted, instantWords, n } from '../../words.ts';
import { confirmed } from '../dead-letters/confirmation.ts';
import { inspect } from './inspection.ts';
import { release } from './release.ts';

/** Exit codes: scripts and the help text rely on them. */
export const exitCode = { done: 0, someLeft: 1, notDone: 2 } as const;

interface Options extends PipelineOptions {
  lane?: string;
  json?: true;
  drop?: true;
  yes?: true;
}

const codes = `
Exit codes:
  ${exitCode.done}  done
  ${exitCode.someLeft}  release only: unreadable lines are left, or you did not confirm
  ${exitCode.notDone}  the verb failed; the error explains why
`;

export function quarantineCommand(): Command {
  const command = new Command('quarantine').description(
    'Shows or releases parked commands that could not be replayed.',
  );
  const list = new Command('list')
    .description('Shows the objects in quarantine.')
    .option('--lane <name>', 'only this lane')
    .option('--json', 'print one JSON object for each object');
  const show = new Command('show')
    .description('Shows the request in each line of an object, and what is wrong with the line. It prints no values.')
    .argument('<key>', 'the key that list prints')
    .option('--json', 'print one JSON object for each line');
  const releasing = withNeeds(new Command('release'), { yes: 'drop' })
    .description('Parks the commands of an object again: the replayer sends them back.')
    .argument('<key>', 'the key that list prints')
    .option('--drop', 'delete the object instead')
    .option('--yes', 'with --drop: delete without a confirmation')
    .option('--json', 'print one JSON object');
  return command
    .addCommand(withHelp(list, 'list').action((options: Options) => runVerb(options, exitCode.notDone, listAll)))
    .addCommand(withHelp(show, 'show KEY').action(about(showOne)))
    .addCommand(withHelp(releasing, 'release KEY').action(about(releaseOne)));
}

function withHelp(command: Command, example: string): Command {
  const text = `${pipelineHelp}

If the replayer cannot read a parked command, or the lane's queue refuses it, the replayer moves it to quarantine/ in the
archive bucket. The command stays there until you release or drop it.
${codes}
Examples:
  onelink quarantine ${example} --stack OneLink-production
  onelink quarantine ${example} --local`;
  return withPipelineOptions(command).addHelpText('after', text);
}

function about(work: (scene: Scene<Options>, key: string) => Promise<number>) {
  return (key: string, options: Options) => runVerb(options, exitCode.notDone, (scene) => work(scene, key));
}

function storesOf({ output }: Scene<Options>) {
  const [s3, bucket] = [new S3Client(), output('ArchiveBucketName')];
  return { quarantine: new QuarantineStore(s3, bucket), parked: new ParkedStore(s3, bucket) };
}

async function listAll(scene: Scene<Options>): Promise<number> {
  const { options, interrupted } = scene;
  let objects = 0;
  for await (const object of storesOf(scene).quarantine.objects(options.lane)) {
    if (interrupted.aborted) return exitCode.someLeft;
    objects++;
    const { quarantinedAtMilliseconds, ...fields } = object;
    const quarantinedAt = new Date(quarantinedAtMilliseconds).toISOString();
    console.log(options.json ? JSON.stringify({ ...fields, quarantinedAt }) : words(object));
  }
  if (objects === 0 && !options.json) console.log('nothing is in quarantine');
  return exitCode.done;
}

function words({ lane, reason, bytes, key, quarantinedAtMilliseconds }: QuarantinedObject): string {
  return `${lane}  ${reason}  ${n(bytes)} bytes  since ${instantWords(quarantinedAtMilliseconds)} UTC  ${key}`;
}

async function showOne(scene: Scene<Options>, key: string): Promise<number> {
  const { lane, reason } = keyIn(key);
  const lines = (await storesOf(scene).quarantine.lines(key)) ?? absent();
  if (!scene.options.json) console.log('line  bytes  source  requestId  action  messageId  what is wrong');
  for (const [index, line] of lines.entries()) {
    const { why: found, ...asked } = inspect(line, lane);
    const why = reason === 'refused' ? 'the lane’s queue refused it: release sends it again' : found;
    const shown = { line: index + 1, bytes: Buffer.byteLength(line), ...asked, why };
    const values = Object.values(shown).map((value) => value ?? '?');
    console.log(scene.options.json ? JSON.stringify(shown) : values.join('  '));
  }
  return exitCode.done;
}

async function releaseOne(scene: Scene<Options>, key: string): Promise<number> {
  const { options, interrupted } = scene;
  const stores = storesOf(scene);
  const object = keyIn(key);
  if (options.drop) {
    if ((await stores.quarantine.lines(key)) === undefined) absent();
    if (!options.yes && !(await agreed(interrupted))) return exitCode.someLeft;
    await stores.quarantine.remove(object.key);
    console.log(options.json ? JSON.stringify({ key, dropped: true }) : 'dropped');
    return exitCode.done;
  }
  const { released, left } = (await release(object, stores)) ?? absent();
  if (options.json) console.log(JSON.stringify({ key, released, left }));
  else console.log(`${n(released)} parked again, ${counted(left, 'unreadable line')} left in quarantine`);
  if (left > 0) {
    console.error(
      'To find the rest, run: onelink quarantine list. To delete it, run: onelink quarantine release KEY --drop',
    );
  }
  return left === 0 ? exitCode.done : exitCode.someLeft;
}

/** @throws OperatorError if the input is not a terminal, because the verb cannot ask */
async function agreed(interrupted: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new OperatorError(
      'The input is not a terminal. To delete without a confirmation, add --yes. Nothing was deleted.',
    );
  if (await confirmed('Delete it for good?', interrupted)) return true;
  console.error('Nothing was deleted.');
  return false;
}

/** Limits the verb to quarantine: it must not show or delete anything else in the bucket. */
function keyIn(key: string): { key: string; lane: string; reason: string } {
  const [, lane, reason] = /^quarantine\/([^/]+)\/([^/]+)\/./.exec(key) ?? [];
  if (lane === undefined || reason === undefined)
    throw new OperatorError(
      'The key must begin with quarantine/ and a lane. To see the keys, run: onelink quarantine list',
    );
  return { key, lane, reason };
}

function absent(): never {
  throw new OperatorError('There is no such object in quarantine. To see the keys, run: onelink quarantine list');
}

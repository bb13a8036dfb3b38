import { Command } from 'commander';
import type { QuarantinedObject } from '../../../lambdas/adapters/quarantine-store.ts';
import { quarantineKeyForm } from '../../../lambdas/domain/acts/quarantine.ts';
import { inspect } from '../../pipeline/archive/inspection.ts';
import { actingIn, reasonOf, reasonOption } from '../../terminal/acting.ts';
import { mayDelete } from '../../terminal/confirmation.ts';
import { pipelineHelp, pipelineVerb, type Scene, type VerbOptions } from '../../terminal/pipeline-verb.ts';
import { withNeeds } from '../../terminal/usage.ts';
import { OperatorError } from '../../words/operator-error.ts';
import { counted, instantWords, n } from '../../words/words.ts';

/** Exit codes: scripts and the help text rely on them. */
const exitCode = { done: 0, someLeft: 1, notDone: 2 } as const;

interface KeyOptions extends VerbOptions {
  key: string;
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
    .option(...reasonOption)
    .option('--drop', 'delete the object instead')
    .option('--yes', 'with --drop: delete without a confirmation')
    .option('--json', 'print one JSON object');
  return command
    .addCommand(pipelineVerb(list, helpOf('list'), listAll))
    .addCommand(pipelineVerb(show, helpOf('show KEY'), showOne))
    .addCommand(pipelineVerb(releasing, helpOf('release KEY'), releaseOne));
}

const helpOf = (example: string) => `${pipelineHelp}

If the replayer cannot read a parked command, or the lane's queue refuses it, the replayer moves it to quarantine/ in the
archive bucket. The command stays there until you release or drop it.
${codes}
Examples:
  onelink quarantine ${example} --stack OneLink-production
  onelink quarantine ${example} --local`;

async function listAll({
  options,
  chosen,
  interrupted,
  print,
}: Scene<VerbOptions & { lane?: string }>): Promise<number> {
  const { quarantine } = await chosen.deployed();
  let objects = 0;
  for await (const object of quarantine.objects(options.lane)) {
    if (interrupted.aborted) return exitCode.someLeft;
    objects++;
    const { quarantinedAtMilliseconds, ...fields } = object;
    print({ ...fields, quarantinedAt: new Date(quarantinedAtMilliseconds).toISOString() }, words(object));
  }
  if (objects === 0 && !options.json) console.log('nothing is in quarantine');
  return exitCode.done;
}

function words({ lane, reason, bytes, key, quarantinedAtMilliseconds }: QuarantinedObject): string {
  return `${lane}  ${reason}  ${n(bytes)} bytes  since ${instantWords(quarantinedAtMilliseconds)} UTC  ${key}`;
}

async function showOne({ options: { key, json }, chosen, print }: Scene<KeyOptions>): Promise<number> {
  const { quarantine } = await chosen.deployed();
  const { lane, reason } = keyIn(key);
  const lines = (await quarantine.lines(key)) ?? absent();
  if (!json) console.log('line  bytes  source  requestId  action  messageId  what is wrong');
  for (const [index, line] of lines.entries()) {
    const { why: found, ...asked } = inspect(line, lane);
    const why = reason === 'refused' ? 'the lane’s queue refused it: release sends it again' : found;
    const shown = { line: index + 1, bytes: Buffer.byteLength(line), ...asked, why };
    const values = Object.values(shown).map((value) => value ?? '?');
    print(shown, values.join('  '));
  }
  return exitCode.done;
}

async function releaseOne(scene: Scene<KeyOptions & { drop?: true; yes?: true; reason?: string }>): Promise<number> {
  const { options, chosen, interrupted, print } = scene;
  const { key, drop, yes } = options;
  const reason = reasonOf(options, 'Nothing was changed.');
  const deployed = await chosen.deployed();
  keyIn(key);
  const operations = actingIn(scene, deployed);
  if (drop) {
    if ((await deployed.quarantine.lines(key)) === undefined) absent();
    if (!yes && !(await mayDelete('Delete it for good?', interrupted))) return exitCode.someLeft;
    await operations.act('quarantine-drop', { key }, reason);
    print({ key, dropped: true }, 'dropped');
    return exitCode.done;
  }
  const { released, left } = await operations.act('quarantine-release', { key }, reason);
  print({ key, released, left }, `${n(released)} parked again, ${counted(left, 'unreadable line')} left in quarantine`);
  if (left > 0) {
    console.error(
      'To find the rest, run: onelink quarantine list. To delete it, run: onelink quarantine release KEY --drop',
    );
  }
  return left === 0 ? exitCode.done : exitCode.someLeft;
}

/** Limits the verb to quarantine: it must not show or delete anything else in the bucket. */
function keyIn(key: string): { key: string; lane: string; reason: string } {
  const [, lane, reason] = quarantineKeyForm.exec(key) ?? [];
  if (lane === undefined || reason === undefined)
    throw new OperatorError(
      'The key must begin with quarantine/ and a lane. To see the keys, run: onelink quarantine list',
    );
  return { key, lane, reason };
}

function absent(): never {
  throw new OperatorError('There is no such object in quarantine. To see the keys, run: onelink quarantine list');
}

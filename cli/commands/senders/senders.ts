import { Command } from 'commander';
import { longestReason } from '../../../lambdas/domain/acts/names.ts';
import type { SenderDecision } from '../../../lambdas/domain/contract/sender.ts';
import { configFile } from '../../../lib/config/chosen-config.ts';
import type { ProducerSettings } from '../../../lib/config/config-schema.ts';
import { boundSenders, isDirect } from '../../../lib/config/principals.ts';
import { wholeText } from '../../files/whole-text.ts';
import { actingIn, reasonOf } from '../../terminal/acting.ts';
import { pipelineHelp, pipelineVerb, type Scene, type VerbOptions } from '../../terminal/pipeline-verb.ts';
import { counted } from '../../words/words.ts';
import { decide, decisionWords, malformed, principalOf } from './decision.ts';
import { identify, principalWords } from './identify.ts';
import { listedJson, listedWords, listSenders } from './list.ts';
import { showHeld, shownWords } from './show.ts';

/** Exit codes: scripts and the help text rely on them. */
const exitCode = { done: 0, someHeld: 1, notDone: 2 } as const;

interface DecisionOptions extends VerbOptions {
  id: string;
  source: string;
  reason: string;
  replace?: true;
  yes?: true;
}

interface ShowOptions extends VerbOptions {
  id: string;
  source: string;
  all?: true;
}

/** How many held commands `show` prints without --all. */
const firstCommands = 20;

/** What the verb needs the configuration for. */
const configuredFor = 'the producers and their senders';

export function sendersCommand(): Command {
  const list = new Command('list')
    .description('Shows the senders whose commands are held, the decisions, and the sources that nothing binds.')
    .option('--json', 'print one JSON object for each line');
  const confirm = deciding('confirm', 'Lets an unknown sender send as a source. Its held commands are sent back.');
  confirm.option('--yes', 'confirm a sender of which nothing is held');
  const show = new Command('show')
    .description('Shows the held commands of one sender, without their values, before you decide.')
    .requiredOption('--source <name>', 'the source that its commands name')
    .requiredOption('--id <id>', 'the sender’s unique ID, as list prints it')
    .option('--all', `show all of them, not the first ${firstCommands}`)
    .option('--json', 'print one JSON object for each command');
  const reject = deciding('reject', 'Rejects what an unknown sender sends as a source, its held commands too.');
  const identifying = new Command('identify')
    .description('Prints the principal for lib/config/config.ts, from the answer of aws sts get-caller-identity.')
    .argument('[file]', 'the JSON of the answer; without it, the standard input')
    .option('--json', 'print one JSON object');
  return new Command('senders')
    .description('Shows who sends commands as which source, and decides about unknown senders.')
    .addCommand(pipelineVerb(list, listHelp, runList))
    .addCommand(pipelineVerb(show, showHelp, runShow))
    .addCommand(pipelineVerb(confirm, confirmHelp, (scene: Scene<DecisionOptions>) => runDecision(scene, 'confirmed')))
    .addCommand(pipelineVerb(reject, rejectHelp, (scene: Scene<DecisionOptions>) => runDecision(scene, 'rejected')))
    .addCommand(pipelineVerb(identifying, identifyHelp, runIdentify));
}

function deciding(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .argument('<id>', 'the sender’s unique ID, as list prints it')
    .requiredOption('--source <name>', 'the source that its commands name')
    .requiredOption('--reason <text>', `why; list shows it to other operators (${longestReason} characters at most)`)
    .option('--replace', 'replace the recorded decision or its reason')
    .option('--json', 'print one JSON object');
}

const listHelp = `${pipelineHelp}

A sender is the unique ID of the role or user that sent a message. AWS reports it. A source is bound if lib/config/config.ts
gives its principals a senderId. The worker holds commands of a bound source from unknown senders: they wait under held/ in
the archive bucket.

Exit codes:
  ${exitCode.done}  no commands are held
  ${exitCode.someHeld}  commands are held
  ${exitCode.notDone}  the verb failed, or was interrupted

Examples:
  onelink senders list
  onelink senders list --json --stack OneLink-production | jq 'select(.state == "undecided")'
  onelink senders list --local`;

const showHelp = `${pipelineHelp} You need permission to read the archive bucket.

It changes nothing. All that it shows are the words of an unknown sender: compare them with what the producer has sent. To see
one request from all sides: onelink trace

Exit codes:
  ${exitCode.done}  shown, or nothing is held from this sender
  ${exitCode.notDone}  the verb failed, or was interrupted

Examples:
  onelink senders show --source crm --id AROAEXAMPLEID12345678
  onelink senders show --source crm --id AROAEXAMPLEID12345678 --all --json --local | jq -r .requestId`;

const decisionHelp = (example: string) => `
Ask the producer's team first: UserId in the answer of aws sts get-caller-identity must begin with the ID. An AWS service may
use one ID for all its customers, so such an ID proves nothing.

A decision works within a minute, without a deployment. It is for one source. A repeat with the same reason changes nothing.
Another decision or another reason needs --replace. If two operators decide at once, the second one gets an error.

Exit codes:
  ${exitCode.done}  recorded, or recorded before with the same reason
  ${exitCode.notDone}  not recorded; the error explains why

Examples:
  onelink senders ${example} --stack OneLink-production
  onelink senders ${example} --local`;

const confirmHelp = `${pipelineHelp}

The replayer sends the held commands back to their lanes, and the worker carries them out. If nothing is held from the sender,
the verb demands --yes, because a mistyped ID would stay a permission that nobody sees. The verb prints the principal for
lib/config/config.ts. A decision lasts until another one replaces it.
${decisionHelp('confirm AROAEXAMPLEID12345678 --source crm --reason "the role was made anew, ticket 4711"')}`;

const rejectHelp = `${pipelineHelp}

The replayer sends the held commands back to their lanes. They end as rejected (sender-not-allowed), and the archive keeps
them. So does all that the sender sends as this source later. Their outcomes name no source.
${decisionHelp('reject AROAEXAMPLEID12345678 --source crm --reason "nobody knows this role"')}`;

const identifyHelp = `
It reads what AWS reports about the credentials of a producer. It calls no service.

  a role that was assumed    { role, senderId }. The answer shows no path of the role, so complete the ARN if it has one
  an IAM user                { user, senderId }
  a root or federated user   an error: SQS does not report who that is

Exit codes:
  ${exitCode.done}  printed
  ${exitCode.notDone}  the input is not such an answer, or nothing can bind the identity

Examples:
  aws sts get-caller-identity | onelink senders identify
  onelink senders identify who.json --json`;

async function runList({ options, chosen, print, interrupted }: Scene): Promise<number> {
  const { settings } = chosen.configuredFor(configuredFor);
  const { held, senders } = await chosen.deployed();
  const decisions = (await senders.read()) ?? malformed();
  const listed = await listSenders(held, decisions, settings, interrupted);
  if (interrupted.aborted) return endedEarly('Interrupted: nothing is shown.');
  for (const one of listed) print(listedJson(one), listedWords(one, Date.now()));
  const heldOnes = listed.filter(({ kind }) => kind === 'held');
  if (heldOnes.length === 0) {
    if (!options.json) console.error('no commands are held');
    return exitCode.done;
  }
  if (heldOnes.some((one) => 'state' in one && one.state === 'undecided'))
    console.error(
      'To see the commands, run: onelink senders show --source SOURCE --id ID. To decide, run: onelink senders confirm ID --source SOURCE --reason "…", or reject instead of confirm',
    );
  return exitCode.someHeld;
}

function endedEarly(words: string): number {
  console.error(words);
  return exitCode.notDone;
}

async function runShow({ options, chosen, print, interrupted }: Scene<ShowOptions>): Promise<number> {
  const { source, id: sender, all, json } = options;
  const { held } = await chosen.deployed();
  const limit = all ? Number.POSITIVE_INFINITY : firstCommands;
  const done = await showHeld(held, { source, sender }, limit, (one) => print(one, shownWords(one)), interrupted);
  if (interrupted.aborted) return endedEarly('Interrupted: there may be more.');
  if (done.unreadable > 0) console.error(`${counted(done.unreadable, 'line')} cannot be read`);
  if (done.held === 0 && !json) console.error('Nothing is held from this sender.');
  const left = done.held - done.shown - done.unreadable;
  if (!all && left > 0) console.error(`${counted(left, 'more command')} held; --all shows them`);
  return exitCode.done;
}

async function runDecision(scene: Scene<DecisionOptions>, decision: SenderDecision['decision']): Promise<number> {
  const { id: sender, source, replace = false, yes: unseen = false } = scene.options;
  const reason = reasonOf({ reason: scene.options.reason.trim() }, 'Nothing was recorded.') ?? '';
  const { settings } = scene.chosen.configuredFor(configuredFor);
  const deployed = await scene.chosen.deployed();
  const asked = { source, sender, decision, reason, replace, unseen };
  const decided = await decide(asked, settings, { operations: actingIn(scene, deployed), held: deployed.held });
  const producer = settings.producers.find((one) => one.source === source);
  const line = decision === 'confirmed' && producer ? lineFor(sender, producer) : undefined;
  const { at, ...recorded } = decided;
  scene.print(
    { source, sender, ...recorded, decidedAt: new Date(at).toISOString(), principal: line?.principal },
    [`${source}  ${sender}  ${decisionWords(decided)}`, heldWords(decided.held), ...(line?.words ?? [])].join('\n'),
  );
  return exitCode.done;
}

const heldWords = (held: number) =>
  held === 0
    ? 'Nothing is held from this sender.'
    : `${counted(held, 'command')} held. The replayer sends what is held back within a minute.`;

/** The line of the configuration that makes a confirmation permanent. */
function lineFor(sender: string, producer: ProducerSettings) {
  const { principal, isKnown, replaces } = principalOf(sender, producer);
  const words = [
    `To bind it for good, put this into the principals of ${producer.source} in ${configFile}, and deploy:`,
    `  ${principalWords(principal)}`,
    ...(producer.principals.every((one) => !isDirect(one))
      ? [`${producer.source} sends by an ingress queue. A role or a user may stand beside its account or service.`]
      : []),
    ...(isKnown ? [] : ['To see its ARN, run with the sender’s credentials: aws sts get-caller-identity']),
    ...(replaces === undefined
      ? []
      : [`Keep the line with ${replaces} until no command of that ID is in a queue or parked.`]),
  ];
  return { principal, words };
}

async function runIdentify({ options, chosen, print }: Scene<VerbOptions & { file?: string }>): Promise<number> {
  const { principal, note } = identify(await wholeText(options.file));
  const bound = chosen.pipeline === undefined ? {} : boundSenders(chosen.pipeline.settings);
  const boundTo = Object.entries(bound)
    .filter(([, senders]) => senders.includes(principal.senderId))
    .map(([source]) => source);
  print({ principal, note, boundTo }, principalWords(principal));
  if (options.json) return exitCode.done;
  if (note !== undefined) console.error(note);
  if (boundTo.length > 0) console.error(`The configuration binds this senderId to ${boundTo.join(', ')} already.`);
  return exitCode.done;
}

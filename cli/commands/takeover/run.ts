import { Command } from 'commander';
import { campaignKey } from '../../../lambdas/domain/campaign/places.ts';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import { type OpenCampaigns, openCampaigns } from '../../pipeline/campaign/open-campaigns.ts';
import type { Decided } from '../../pipeline/takeover/classes.ts';
import type { Dropped } from '../../pipeline/takeover/notes.ts';
import { takeoverResults } from '../../pipeline/takeover/takeover-results.ts';
import { mayGoOn } from '../../terminal/confirmation.ts';
import { pipelineHelp, pipelineVerb, type Scene } from '../../terminal/pipeline-verb.ts';
import { OperatorError } from '../../words/operator-error.ts';
import { counted } from '../../words/words.ts';
import { againWords } from '../campaign/start.ts';
import { waitForEnd } from '../campaign/wait.ts';
import { planWords } from '../plan/plan-report.ts';
import { linksToTryAgain, mayTryAgain } from './again.ts';
import { type ChoiceOptions, choiceOptions, decided, withChoice } from './choice.ts';
import { exitCode } from './exit-code.ts';
import { type OpenTakeover, withList, withTakeover } from './list-options.ts';
import { lookUpMissing } from './looking.ts';
import { figuresFor, fitRows } from './plan.ts';
import { countReport, shownReport } from './report.ts';
import { choiceLines, classLines, countList, type ListCounts, noneOfAny, waitingLines } from './takeover-words.ts';
import { type BeginningAttempt, refuseNameOfOtherList, uploadRows } from './upload-rows.ts';

interface Options extends ChoiceOptions {
  again?: true;
  wait: boolean;
  yes?: true;
}

export function runCommand(): Command {
  const command = withChoice(
    withList(
      new Command('run').description('Takes over the links of a list: as a campaign, with a row for each link.'),
    ),
  )
    .option('--again', 'try the links again that were rejected or failed, which may be with other options')
    .option('--no-wait', 'end after the upload')
    .option('--yes', 'start without a confirmation')
    .option('--json', 'print one JSON object at the end');
  return pipelineVerb<Options>(
    command,
    `${pipelineHelp} You need permission to read the ledger and to invoke the reader. You also need to write and read the
producer’s folder of the campaign bucket’s inbox.

The verb first plans what no plan has checked. Then it uploads a campaign: a row adopt or migrate for each link
that the API shows. Check, approval, pace and results are those of any campaign. The name of the list and .takeover are its
name. While another list has a campaign of that name under way, the run is refused: choose a --name. The first run decides
between --adopt and --migrate.

A run that ends early, however that is, continues when you run it again. A link keeps the key of its row, so nothing is done
twice. Ctrl-C during the campaign ends only the waiting.

A rejected link keeps its answer, whatever has changed since. When its reason is gone, --again sends it under another key. An option
that you do not give stays as it was. But if you change from --migrate to --adopt or back, only the options that you give count.

Exit codes:
  ${exitCode.done}  every link that can be taken over is; with --no-wait: the campaign has started
  ${exitCode.incomplete}  some links are rejected or failed, or you did not confirm it
  ${exitCode.notDone}  nothing has started: a choice is missing, an option has a fault, or the pipeline is unreachable
  ${exitCode.stillRunning}  interrupted, or a newer file has replaced the campaign’s; the campaign runs on

Examples:
  onelink takeover run links.txt --source crm --adopt
  onelink takeover run links.txt --source crm --migrate --yes --stack OneLink-production
  onelink takeover run links.txt --source crm --again
  onelink takeover run old.csv --source crm --adopt --renew-ttl no --yes --json --local | jq .statuses`,
    (scene) => withTakeover(scene, (takeover) => run(scene, takeover)),
  );
}

async function run(scene: Scene<Options>, takeover: OpenTakeover): Promise<number> {
  const { options, chosen, interrupted } = scene;
  const { notes } = takeover;
  const isAgain = options.again === true && mayTryAgain(notes);
  decided(options, takeover, isAgain);
  const campaigns = await openCampaigns(chosen);
  await refuseNameOfOtherList(takeover, campaigns);
  await lookUpMissing(scene, takeover);
  if (interrupted.aborted) {
    console.error('Interrupted. Nothing was sent. Run the same command again: it continues here.');
    return exitCode.notDone;
  }
  const choice = decided(options, takeover, isAgain);
  const attempt = await attemptThatBegins(takeover, campaigns, choice, isAgain);
  if (attempt === 'none') return reported(scene, takeover, campaigns);
  const dropped = await uploadRows(scene, takeover, campaigns, {
    attempt,
    mayBegin: (rows) => mayBegin(scene, takeover, campaigns, { attempt, decision: choice, rows }),
  });
  if (dropped === undefined) return exitCode.incomplete;
  return options.wait ? waited(scene, takeover, campaigns, dropped) : started(scene, takeover);
}

/**
 * The attempt that begins with this run. Undefined: an earlier run has begun it.
 *
 * @returns `none` if there is nothing to take over
 * @throws OperatorError if somebody must choose first, or if the last attempt is not done
 */
async function attemptThatBegins(
  takeover: OpenTakeover,
  campaigns: OpenCampaigns,
  decision: Decided,
  isAgain: boolean,
): Promise<BeginningAttempt | undefined | 'none'> {
  const { notes } = takeover;
  const { choice } = decision;
  if (choice !== undefined && isAgain) {
    const links = await linksToTryAgain(takeover, campaigns, choice);
    return links.length > 0 ? { choice, links } : 'none';
  }
  if (notes.attempts.length > 0) return undefined;
  const counts = await countList(takeover, decision);
  if (fitRows(counts) === 0) {
    console.error(nothingToSend(counts));
    return 'none';
  }
  if (choice !== undefined) return { choice };
  const words = choiceLines(decision, counts, takeover).join('\n');
  throw new OperatorError(`${words}\nRun it again with one of the two. Nothing was sent.`);
}

function nothingToSend({ byClass, rows }: ListCounts): string {
  const isDone = byClass.ours > 0 && byClass.ours + byClass.repeat === rows;
  return isDone
    ? 'The ledger has every link of the list as the producer’s already. Nothing remains to be done.'
    : 'No link of the list can be taken over. The classes of its rows show why. Nothing was sent.';
}

interface Beginning {
  /** Undefined: an attempt goes on whose campaign was ended. */
  attempt: BeginningAttempt | undefined;
  decision: Decided;
  rows: number;
}

/** Shows what begins and what it costs, and asks. */
async function mayBegin(
  scene: Scene<Options>,
  takeover: OpenTakeover,
  { table }: OpenCampaigns,
  { attempt, decision, rows }: Beginning,
): Promise<boolean> {
  const { options, interrupted } = scene;
  const counts = await countList(takeover, decision);
  const { links, choice } = attempt ?? {};
  if (links === undefined) {
    for (const line of [...classLines(counts), ...choiceLines(decision, counts, takeover), ...waitingLines(counts)])
      console.error(line);
  }
  const tried = links && choice && { ...counts, byClass: { ...noneOfAny(), [choice.action]: links.length } };
  if (tried) {
    console.error(`${counted(links.length, 'link')} again, with ${choiceOptions(choice)}.`);
    for (const line of choiceLines(decision, tried, takeover)) console.error(line);
  }
  for (const line of planWords(await figuresFor(scene, takeover, tried ?? counts))) console.error(line);
  const before = (await table.read(takeover.campaign)).record;
  const isOther = before !== undefined && (attempt === undefined || takeover.notes.dropped === undefined);
  if (isOther) for (const line of againWords(before, 'request_id')) console.error(line);
  const question =
    links === undefined ? `Send ${counted(rows, 'row')}?` : `Try ${counted(links.length, 'link')} again?`;
  return options.yes === true || mayGoOn(question, 'Nothing was sent.', interrupted);
}

async function waited(
  scene: Scene<Options>,
  takeover: OpenTakeover,
  campaigns: OpenCampaigns,
  { file }: Dropped,
): Promise<number> {
  const { options, progress, interrupted } = scene;
  const { campaign } = takeover;
  const { result } = await waitForEnd(file, campaign, {
    table: campaigns.table,
    clock: systemClock,
    signal: interrupted,
    everyMilliseconds: options.local ? 500 : 2_000,
    show: (words) => progress.update(() => words),
    tell: (words) => {
      progress.clear();
      console.error(words);
    },
  });
  progress.clear();
  if (result === 'ended') return reported(scene, takeover, campaigns);
  const key = campaignKey(campaign);
  const words =
    result === 'replaced' ? `A newer file of ${key} has replaced this one.` : 'Interrupted. The campaign runs on.';
  console.error(`${words} To follow it, run the same command again, or: onelink campaign show ${key} --watch`);
  return exitCode.stillRunning;
}

function started({ print }: Scene<Options>, { campaign }: OpenTakeover): number {
  const key = campaignKey(campaign);
  print(
    { source: campaign.source, campaign: campaign.name },
    `${key} is uploaded, and its check begins. To follow it, run the same command again without --no-wait.`,
  );
  return exitCode.done;
}

async function reported(scene: Scene<Options>, takeover: OpenTakeover, campaigns: OpenCampaigns): Promise<number> {
  const { notes, campaign, pipeline } = takeover;
  const results = await takeoverResults(notes, campaign, campaigns, pipeline);
  return shownReport(scene, takeover, await countReport(takeover, results), results);
}

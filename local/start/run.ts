import { S3Client } from '@aws-sdk/client-s3';
import type { ConfiguredPipeline } from '../../cli/pipeline/configured-pipeline.ts';
import { fileWords } from '../../lib/config/config-file.ts';
import type { Configuration } from '../../lib/config/config-schema.ts';
import { budgetOf } from '../../lib/config/rate/budget.ts';
import { planPipeline } from '../../lib/config/rate/pipeline-plan.ts';
import { campaignCheckerPlan } from '../../lib/config/rate/reserved-concurrency.ts';
import type { JudgedCall, LocalCloud } from '../cloud/cloud.ts';
import { isMadeByApi } from '../onelink-api/store.ts';
import type { WeatherPlan } from '../weather/plan.ts';
import { apiAddress } from './api-address.ts';
import { type CampaignRun, joinRuns, runCampaign } from './campaign-run.ts';
import { chaosWords } from './chaos.ts';
import { chosenPipelines } from './chosen-pipeline.ts';
import { startConsoleProcess } from './console-process.ts';
import { type EmulatorProcess, startEmulator } from './emulator-process.ts';
import { emulatorSettings } from './emulator-settings.ts';
import { campaignOfFile } from './file/campaign-of-file.ts';
import { curlWords, type LocalHttpKey, makeHttpKey } from './http-key.ts';
import { forgetKeptRun, type KeptRun, keptRunWords, writeKeptRun } from './kept-run.ts';
import { empty, inLocal } from './local-folder.ts';
import { Phases } from './phases.ts';
import { type Display, display } from './progress/display.ts';
import { joinedDisplays } from './progress/joined-display.ts';
import { deadLettersIn } from './progress/observation.ts';
import { closingWords, pipelineWords } from './report/closing-words.ts';
import { codeTexts } from './report/file-report.ts';
import { fileFaults, withRows } from './report/file-results.ts';
import { reconcile } from './report/reconciliation.ts';
import { failedChecks } from './report/run-checks.ts';
import { type Findings, summarise } from './report/summary.ts';
import { writeLinks, writeNotSent, writeOutcomes, writeSummary } from './report/write-report.ts';
import { type RunConfiguration, sampleConfigFiles } from './run-configuration.ts';
import { makeInput, runInputs } from './run-inputs.ts';
import { lockRun } from './run-lock.ts';
import { startPipelines } from './start-pipelines.ts';
import { synthesise } from './synthesis.ts';

export interface RunOptions extends RunConfiguration {
  /** The configuration's first stage by default. */
  stage?: string;
  /** A file of messages. Without it and without `rows`, the run makes commands for the configuration's producers. */
  input?: string | undefined;
  /** A file whose rows are a campaign. */
  rows?: string | undefined;
  /** Whose campaign the rows are. Default: the first producer's. */
  source?: string | undefined;
  limit?: number;
  chaos: boolean;
  weather?: WeatherPlan | undefined;
  /** The port on this machine that gets the outcomes for an `outcomeUrl` elsewhere. */
  receiverPort?: number;
  keep: boolean;
  quiet: boolean;
  patienceSeconds: number;
}

const token = 'local-token';

/**
 * Runs a campaign through the synthesised app on this machine.
 *
 * @param signal ends it early; the run still writes its report
 * @returns whether all checks hold
 * @throws Error if a part does not start
 */
export async function run(options: RunOptions, signal: AbortSignal): Promise<boolean> {
  const screen = display(process.stdout, options.quiet);
  const phases = new Phases();
  const pipelines = chosenPipelines(options.configuration, options.stage);
  const [pipeline] = pipelines;
  const { each: inputs, foreignLinks } = await runInputs(pipelines, options);
  const unlock = lockRun(inLocal('run.pid'));
  await Promise.all([forgetKeptRun(), ...['out', 'cdk.out', 'cloud/logs'].map((name) => empty(inLocal(name)))]);

  const closing: (() => Promise<void>)[] = [];
  try {
    if (options.chaos) screen.print(chaosWords(longestVisibilitySeconds(pipelines, options)));
    const names = pipelines.map(({ stackName }) => stackName);
    screen.print(`Synthesising ${names.join(' and ')} and starting the OneLink API emulator …`);
    const starting = phases.time('emulator', startEmulator(emulatorSettings(onOneAccount(pipelines), token)));
    closing.push(async () => (await starting).stop());
    await Promise.all([
      starting,
      phases.time('synthesis', synthesise(options.file, pipeline.stage, inLocal('cdk.out'))),
    ]);
    const emulator = await starting;
    if (foreignLinks.length > 0) await emulator.admin.preload(foreignLinks);

    const { weather, chaos, receiverPort } = options;
    const folders = { assemblyDirectory: inLocal('cdk.out'), workDirectory: inLocal('cloud') };
    const onCloud = (cloud: LocalCloud) => cloud.on('refused', (call) => screen.print(refusedWords(call)));
    const httpKeys = pipelines.flatMap((pipeline) => {
      const key = makeHttpKey(pipeline, new Date());
      return key === undefined ? [] : [{ pipeline, ...key }];
    });
    const secrets = new Map(httpKeys.map((one) => [one.pipeline.stackName, one.secret]));
    const starts = startPipelines(
      { pipelines, api: emulator, token, httpKeys: secrets, weather, receiverPort, onCloud, ...folders },
      closing,
    );
    const { cloud, sqs, started } = await phases.time('cloud', starts);
    printNotices(cloud, screen);
    for (const { stackName } of options.quiet ? [] : pipelines) {
      const served = startConsoleProcess({
        stackName,
        stackNames: names,
        configuration: options.configuration,
        variables: cloud.clientVariables(),
        accessKeys: [...cloud.policyAccessKeys],
        oneLinkApi: { baseUrl: apiAddress(emulator.origin, pipeline.account) },
      });
      closing.push(() => served.stop());
      const of = names.length > 1 ? ` of ${stackName}` : '';
      void served.address.then((address) => screen.print(`Console${of}: ${address}`));
    }
    const patienceSeconds = patience(options, pipelines);
    const received = await Promise.all(started.map(({ outcomes }) => outcomes.untilReceived({ signal })));
    if (received.some((one) => one !== 'received') && !signal.aborted)
      screen.print('No probe arrived in 90 s: the first outcomes may be missing.');
    if (weather) {
      const { seed, strength } = weather;
      screen.print(`Weather: ${strength}, seed ${seed}. To repeat its plan, use --weather ${seed}.`);
    }
    const screens = joinedDisplays(screen, names);
    let file: ReturnType<typeof campaignOfFile> | undefined;
    const campaigns = pipelines.flatMap(({ stackName, settings: { producers } }, index) => {
      const [input, one, ownScreen] = [inputs[index], started[index], screens[index]];
      if (input === undefined || one === undefined || ownScreen === undefined) return [];
      const own = input.rows && campaignOfFile(input.rows, { cloud, stackName, producers, signal, closing });
      file ??= own;
      const { outputs, outcomes } = one;
      // One of them kills for all.
      const kills = chaos && index === 0;
      const common = { cloud, sqs, emulator, patienceSeconds, signal };
      return runCampaign({
        ...common,
        messages: input.messages,
        producers,
        outputs,
        outcomes,
        screen: ownScreen,
        chaos: kills,
        file: own?.campaign,
      });
    });
    const [first, ...others] = await phases.time('campaign', Promise.all(campaigns));
    if (first === undefined) throw new Error('no campaign has run');
    const ran = joinRuns([first, ...others]);

    const s3 = new S3Client({ ...cloud.clientConfig('s3'), forcePathStyle: true });
    const { origin } = emulator;
    const isUp = options.keep && !signal.aborted;
    const report = writeOutcomes(inLocal('out'), ran.all, {
      s3,
      qrBucketNames: started.map(({ outputs }) => outputs.qrBucketName),
      origin,
      isUp,
    });
    const qrFiles = await phases.time('report', report);
    const qrImages = qrFiles.size;
    if (isUp) closing.push(() => writeLinks(inLocal('out'), ran.all, qrFiles, { origin, isUp: false }));
    await writeNotSent(inLocal('out'), ran.unsent);
    const fileRun = await file?.end();
    const written = (await file?.write(inLocal('out'))) ?? [];
    const sum = reconcile(ran.all);
    const found = await findings(ran, cloud, emulator, pipeline, qrImages);
    const summary = summarise(sum, found, ran.unsent.length, fileRun);
    await writeSummary(inLocal('out'), summary);
    const made = withRows(sum, fileRun?.results ?? []);
    const faults = failedChecks(made, found, summary, ran.contradictions, ran.unsent);
    if (fileRun) {
      const keys = fileRun.results.flatMap(({ qrKey }) => qrKey ?? []);
      faults.push(...fileFaults(fileRun, await codeTexts(inLocal('out'), keys, qrFiles)));
    }
    const refused = cloud.calls().filter(({ permitted }) => !permitted).length;
    if (refused > 0) faults.push(`the template's policies refuse ${refused} calls`);
    if (names.length > 1) {
      for (const [index, run] of [first, ...others].entries())
        screen.print(`${names[index]}: ${pipelineWords(reconcile(run.all))}`);
    }
    for (const line of closingWords(ran, sum, found, summary, faults, weather, fileRun)) screen.print(line);
    if (ran.unsent.length > 0)
      screen.print('Not sent: .local/out/not-sent.csv has the reasons. To send the rest, use not-sent.ndjson.');
    const files = ['links.csv', 'rejects.csv', 'outcomes.ndjson', 'summary.json', 'qr/index.html', ...written];
    screen.print(`Files: .local/out/ (${files.join(', ')})`);
    screen.print(`Took: ${phases.words()}; logs of the functions: .local/cloud/logs/`);
    // `--quiet` hides the progress, not the failures.
    if (options.quiet) for (const fault of faults) console.error(fault);

    if (options.keep && !signal.aborted) {
      const isSample = Object.values(sampleConfigFiles).includes(options.file);
      const [input] = inputs;
      const commands = isSample
        ? 'examples/create-link.json'
        : fileWords(input?.commands ?? (await makeInput(pipeline)));
      const { configuration } = options;
      await keep({ pipelines, configuration, cloud, emulator, commands, httpKeys }, screen, signal);
    }
    return faults.length === 0;
  } finally {
    await forgetKeptRun();
    for (const close of closing.reverse()) await close().catch(() => {});
    unlock();
  }
}

/** Names of AWS's resources only: an object's key, and a path of the HTTP API, may hold a link's ID. */
function refusedWords({ caller, action, resource, reason }: JudgedCall): string {
  return `Not permitted: ${caller.arn} may not ${action} on ${withoutKey(resource)}: ${reason}.`;
}

const withoutKey = (arn: string) => (/^arn:aws:(s3|execute-api):/.test(arn) ? arn.replace(/\/.*/, '/…') : arn);

/** Prints each warning about what the cloud does not implement. Harmless omissions are only counted. */
function printNotices({ notices }: LocalCloud, screen: Display): void {
  const leftOut = notices.filter(({ severity }) => severity === 'left-out').length;
  for (const { severity, subject, reason } of notices) {
    if (severity === 'warning') screen.print(`Not as on AWS: ${subject}: ${reason}`);
  }
  screen.print(`The template is up on local engines; ${leftOut} of its properties have no effect here.`);
}

/** The account, with the templates of all its pipelines. */
function onOneAccount(pipelines: readonly [ConfiguredPipeline, ...ConfiguredPipeline[]]) {
  const [{ settings, account }] = pipelines;
  const templates = Object.assign({}, ...pipelines.map((one) => one.settings.templates));
  return { account, settings: { ...settings, templates } };
}

/** The messages of a killed environment, or of a failure in a storm, return after the visibility time-out. */
function patience(options: RunOptions, pipelines: readonly ConfiguredPipeline[]): number {
  const { chaos, weather, patienceSeconds } = options;
  if (!chaos && weather?.strength !== 'storm') return patienceSeconds;
  return patienceSeconds + longestVisibilitySeconds(pipelines, options);
}

/** The time until the messages of a killed environment return. A campaign of rows adds the queue of dropped files. */
function longestVisibilitySeconds(
  pipelines: readonly Pick<ConfiguredPipeline, 'account' | 'settings'>[],
  { rows }: Pick<RunOptions, 'rows'>,
): number {
  const lanes = pipelines.flatMap(({ account, settings }) => {
    const { plans, qr } = planPipeline(account, settings);
    return [...plans.map(({ link }) => link), qr];
  });
  const workers = rows === undefined ? lanes : [...lanes, campaignCheckerPlan];
  return Math.max(...workers.map((one) => one?.visibilityTimeoutSeconds ?? 0));
}

async function findings(
  { seconds }: CampaignRun,
  cloud: LocalCloud,
  { admin }: EmulatorProcess,
  { account }: ConfiguredPipeline,
  qrImages: number,
): Promise<Findings> {
  const [stats, links, queues] = await Promise.all([admin.stats(), admin.links(), cloud.queues()]);
  const own = links.filter(isMadeByApi);
  const budget = budgetOf(account);
  return {
    stats,
    links: new Map(own.map(({ onelinkId, shortlinkId, expired }) => [`${onelinkId}/${shortlinkId}`, { expired }])),
    qrImages,
    deadLetters: deadLettersIn(queues),
    budgetPerSecond: { links: budget.callsPerSecond, qr: budget.qrCallsPerSecond },
    limitPerSecond: { links: account.callsPerSecond, qr: account.qrCallsPerSecond },
    seconds,
    alarms: Object.fromEntries(cloud.alarms().map(({ name, state }) => [name, state])),
  };
}

interface Kept {
  pipelines: readonly [ConfiguredPipeline, ...ConfiguredPipeline[]];
  configuration: Configuration;
  cloud: LocalCloud;
  emulator: EmulatorProcess;
  /** A file that the run accepts, to try `onelink send` with. */
  commands: string;
  /** One for each pipeline whose producers may have keys. */
  httpKeys: readonly (LocalHttpKey & { pipeline: ConfiguredPipeline })[];
}

async function keep(
  { pipelines, configuration, cloud, emulator: { origin }, commands, httpKeys }: Kept,
  screen: Display,
  signal: AbortSignal,
): Promise<void> {
  const [{ stackName, account }] = pipelines;
  const outputs = { ...cloud.outputs[stackName] };
  const httpCalls = httpKeys.flatMap(({ pipeline, ...key }) => {
    const { HttpApiUrl } = cloud.outputs[pipeline.stackName] ?? {};
    return (HttpApiUrl && curlWords(pipeline, key, HttpApiUrl)) || [];
  });
  const kept: KeptRun = {
    stackName,
    stackNames: pipelines.map((one) => one.stackName),
    configuration,
    variables: cloud.clientVariables(),
    accessKeys: cloud.policyAccessKeys,
    outputs,
    oneLinkApi: { origin, baseUrl: apiAddress(origin, account), token },
    httpCalls,
  };
  await writeKeptRun(kept);
  for (const line of keptRunWords(kept, commands)) screen.print(line);
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

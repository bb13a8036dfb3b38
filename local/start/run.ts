import { mkdir } from 'node:fs/promises';
import { S3Client } from '@aws-sdk/client-s3';
import type { ConfiguredPipeline } from '../../cli/pipeline/configured-pipeline.ts';
import { fileWords } from '../../lib/config/config-file.ts';
import type { Configuration } from '../../lib/config/config-schema.ts';
import { budgetOf, campaignCheckerPlan, planPipeline } from '../../lib/config/rate-budget.ts';
import type { JudgedCall, LocalCloud } from '../cloud/cloud.ts';
import { isMadeByApi } from '../onelink-api/store.ts';
import type { WeatherPlan } from '../weather/plan.ts';
import { apiAddress } from './api-address.ts';
import { readCampaign, readSetup } from './campaign-input.ts';
import { type CampaignRun, runCampaign } from './campaign-run.ts';
import { chaosWords } from './chaos.ts';
import { chosenPipeline } from './chosen-pipeline.ts';
import { startConsoleProcess } from './console-process.ts';
import { type EmulatorProcess, startEmulator } from './emulator-process.ts';
import { emulatorSettings } from './emulator-settings.ts';
import { campaignOfFile } from './file/campaign-of-file.ts';
import { chosenFile } from './file/chosen-file.ts';
import { curlWords, type LocalHttpKey, makeHttpKey } from './http-key.ts';
import { forgetKeptRun, type KeptRun, keptRunWords, writeKeptRun } from './kept-run.ts';
import { empty, inLocal } from './local-folder.ts';
import { madeCommands, writeMadeCommands } from './made-commands.ts';
import { Phases } from './phases.ts';
import { type Display, display } from './progress/display.ts';
import { deadLettersIn } from './progress/observation.ts';
import { closingWords } from './report/closing-words.ts';
import { codeTexts } from './report/file-report.ts';
import { fileFaults, withRows } from './report/file-results.ts';
import { reconcile } from './report/reconciliation.ts';
import { failedChecks } from './report/run-checks.ts';
import { type Findings, summarise } from './report/summary.ts';
import { writeLinks, writeNotSent, writeOutcomes, writeSummary } from './report/write-report.ts';
import { type RunConfiguration, sampleConfigFiles } from './run-configuration.ts';
import { lockRun } from './run-lock.ts';
import { startPipeline } from './start-pipeline.ts';
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
  const pipeline = chosenPipeline(options.configuration, options.stage);
  const { producers } = pipeline.settings;
  await mkdir(inLocal(''), { recursive: true });
  const rows = options.rows === undefined ? undefined : await chosenFile(options.rows, options, producers);
  const input = options.input ?? (rows === undefined ? await makeInput(pipeline) : undefined);
  const { messages, setup } =
    input === undefined
      ? { messages: [], setup: { foreignLinks: [] } }
      : await readCampaign(input, { ...options, producers });
  const foreignLinks = [...setup.foreignLinks, ...(options.rows ? readSetup(options.rows).foreignLinks : [])];
  const unlock = lockRun(inLocal('run.pid'));
  await Promise.all([forgetKeptRun(), ...['out', 'cdk.out', 'cloud/logs'].map((name) => empty(inLocal(name)))]);

  const closing: (() => Promise<void>)[] = [];
  try {
    if (options.chaos) screen.print(chaosWords(longestVisibilitySeconds(pipeline, options)));
    screen.print(`Synthesising ${pipeline.stackName} and starting the OneLink API emulator …`);
    const starting = phases.time('emulator', startEmulator(emulatorSettings(pipeline, token)));
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
    const httpKey = makeHttpKey(pipeline, new Date());
    const starts = startPipeline(
      { pipeline, api: emulator, token, httpKeys: httpKey?.secret, weather, receiverPort, onCloud, ...folders },
      closing,
    );
    const { cloud, outputs, sqs, outcomes } = await phases.time('cloud', starts);
    printNotices(cloud, screen);
    if (!options.quiet) {
      const { stackName } = pipeline;
      const { configuration } = options;
      const served = startConsoleProcess({
        stackName,
        configuration,
        variables: cloud.clientVariables(),
        accessKeys: [...cloud.policyAccessKeys],
        oneLinkApi: { baseUrl: apiAddress(emulator.origin, pipeline.account) },
      });
      closing.push(() => served.stop());
      void served.address.then((address) => screen.print(`Console: ${address}`));
    }
    const patienceSeconds = patience(options, pipeline);
    const received = await outcomes.untilReceived({ signal });
    if (received !== 'received' && !signal.aborted)
      screen.print('No probe arrived in 90 s: the first outcomes may be missing.');
    if (weather) {
      const { seed, strength } = weather;
      screen.print(`Weather: ${strength}, seed ${seed}. To repeat its plan, use --weather ${seed}.`);
    }
    const { stackName } = pipeline;
    const file = rows && campaignOfFile(rows, { cloud, stackName, producers, signal, closing });
    const campaign = {
      messages,
      cloud,
      producers,
      sqs,
      outputs,
      outcomes,
      emulator,
      screen,
      patienceSeconds,
      chaos,
      file: file?.campaign,
      signal,
    };
    const ran = await phases.time('campaign', runCampaign(campaign));

    const s3 = new S3Client({ ...cloud.clientConfig('s3'), forcePathStyle: true });
    const { origin } = emulator;
    const isUp = options.keep && !signal.aborted;
    const report = writeOutcomes(inLocal('out'), ran.all, { s3, qrBucketName: outputs.qrBucketName, origin, isUp });
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
      const commands = isSample ? 'examples/create-link.json' : fileWords(input ?? (await makeInput(pipeline)));
      const { configuration } = options;
      await keep({ pipeline, configuration, cloud, emulator, commands, httpKey }, screen, signal);
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

/** The messages of a killed environment, or of a failure in a storm, return after the visibility time-out. */
function patience(options: RunOptions, pipeline: ConfiguredPipeline): number {
  const { chaos, weather, patienceSeconds } = options;
  if (!chaos && weather?.strength !== 'storm') return patienceSeconds;
  return patienceSeconds + longestVisibilitySeconds(pipeline, options);
}

/** The time until the messages of a killed environment return. A campaign of rows adds the queue of dropped files. */
function longestVisibilitySeconds(
  { account, settings }: Pick<ConfiguredPipeline, 'account' | 'settings'>,
  { rows }: Pick<RunOptions, 'rows'>,
): number {
  const { plans, qr } = planPipeline(account, settings);
  const lanes = [...plans.map(({ link }) => link), qr];
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

/** Makes a campaign that fits the pipeline. @returns its file */
async function makeInput(pipeline: ConfiguredPipeline): Promise<string> {
  const file = inLocal('made-commands.ndjson');
  await mkdir(inLocal(''), { recursive: true });
  await writeMadeCommands(file, madeCommands(pipeline, new Date()));
  return file;
}

interface Kept {
  pipeline: ConfiguredPipeline;
  configuration: Configuration;
  cloud: LocalCloud;
  emulator: EmulatorProcess;
  /** A file that the run accepts, to try `onelink send` with. */
  commands: string;
  httpKey: LocalHttpKey | undefined;
}

async function keep(
  { pipeline, configuration, cloud, emulator: { origin }, commands, httpKey }: Kept,
  screen: Display,
  signal: AbortSignal,
): Promise<void> {
  const { stackName } = pipeline;
  const outputs = { ...cloud.outputs[stackName] };
  const { HttpApiUrl } = outputs;
  const kept: KeptRun = {
    stackName,
    configuration,
    variables: cloud.clientVariables(),
    accessKeys: cloud.policyAccessKeys,
    outputs,
    oneLinkApi: { origin, baseUrl: apiAddress(origin, pipeline.account), token },
    httpCall: httpKey && HttpApiUrl !== undefined ? curlWords(pipeline, httpKey, HttpApiUrl) : undefined,
  };
  await writeKeptRun(kept);
  for (const line of keptRunWords(kept, commands)) screen.print(line);
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

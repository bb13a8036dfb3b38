import type { SQSClient } from '@aws-sdk/client-sqs';
import { AwaitedOutcomes, owesQr, type Receipt } from '../../cli/pipeline/awaited-outcomes.ts';
import { clientsBySender, senderKey } from '../../cli/pipeline/local-senders.ts';
import type { Outcomes } from '../../cli/pipeline/outcomes.ts';
import type { PipelineOutputs } from '../../cli/pipeline/pipeline-outputs.ts';
import { sendAll, type Unsent } from '../../cli/pipeline/send-messages.ts';
import { OperatorError } from '../../cli/words/operator-error.ts';
import { campaignKey } from '../../lambdas/domain/campaign/places.ts';
import type { PipelineSettings } from '../../lib/config/config-schema.ts';
import type { LocalCloud } from '../cloud/cloud.ts';
import type { AdminClient } from '../onelink-api/admin-client.ts';
import type { CampaignMessage } from './campaign-input.ts';
import { killEnvironments } from './chaos.ts';
import type { FileCampaign } from './file/file-campaign.ts';
import { queueUrlOf } from './producer-callers.ts';
import type { Display } from './progress/display.ts';
import { watch } from './progress/observation.ts';
import { RateMeter } from './progress/rate-meter.ts';

export interface CampaignOptions {
  messages: readonly CampaignMessage[];
  cloud: LocalCloud;
  producers: PipelineSettings['producers'];
  /** The operator's client. */
  sqs: SQSClient;
  outputs: PipelineOutputs;
  outcomes: Outcomes;
  emulator: { admin: AdminClient };
  screen: Display;
  /** The run ends after this time without a new outcome. */
  patienceSeconds: number;
  chaos: boolean;
  /** A file whose rows are a campaign, beside the messages. */
  file?: RunFile | undefined;
  signal: AbortSignal;
}

type RunFile = Pick<FileCampaign, 'file' | 'drop' | 'look'>;

export type CampaignEnd = 'all answered' | 'the rest is parked' | 'no new outcome' | 'dead letter' | 'interrupted';

const pollEveryMilliseconds = 500;

/**
 * Drops the file, sends the messages, and receives outcomes. It ends when every message has its own and the file's campaign
 * has ended, or when no more is to be expected.
 */
export async function runCampaign(options: CampaignOptions) {
  const { messages, cloud, outputs, outcomes, screen } = options;
  const awaited = new AwaitedOutcomes<CampaignMessage>();
  const byLane = [...Map.groupBy(messages, ({ lane }) => lane)];
  const lanes = new Map(
    byLane.map(([lane, { length: total }]) => [lane, { total, answered: 0, meter: new RateMeter() }]),
  );
  const qr = { owed: 0, done: 0, meter: new RateMeter() };
  const rows = { settled: 0, state: '', meter: new RateMeter() };
  const unsent: Unsent<CampaignMessage>[] = [];
  const over = new AbortController();
  const begun = performance.now();
  let newsAt = begun;
  let firstLinkSeconds: number | undefined;
  let contradictions = 0;
  let killed = 0;
  let sending = true;

  const note = (receipt: Receipt<CampaignMessage>) => {
    if (receipt.kind === 'contradiction') contradictions += 1;
    if (receipt.kind !== 'news') return;
    newsAt = performance.now();
    const { message, answer } = receipt.awaited;
    // `parked` is not a final outcome.
    if (receipt.outcome.outcome === 'parked') return;
    if (receipt.outcome !== answer) {
      qr.done += 1;
      return;
    }
    const lane = lanes.get(message.lane);
    if (lane !== undefined) lane.answered += 1;
    if (owesQr(receipt.awaited)) qr.owed += 1;
    if (firstLinkSeconds === undefined && answer.outcome === 'created') {
      firstLinkSeconds = newsAt / 1000;
      screen.print(`First link after ${firstLinkSeconds.toFixed(1)} s: ${answer.link?.shortUrl}`);
    }
  };

  const send = async () => {
    for (const lane of lanes.keys()) {
      if (!outputs.laneQueueUrls.has(lane)) throw new OperatorError(`The pipeline has no lane ${lane}.`);
    }
    await options.file?.drop();
    const sqsOf = clientsBySender(options.sqs, (key) => cloud.clientConfig('sqs', key));
    const { stoppedBy } = await sendAll(sqsOf, messages, {
      senderOf: (message) => senderKey(options.producers, message),
      queueUrlOf: (message) => queueUrlOf(message, options.producers, outputs),
      onSent: (message, id) => {
        for (const receipt of awaited.sent(message, id)) note(receipt);
      },
      onUnsent: (one) => void unsent.push(one),
      signal: options.signal,
    });
    sending = false;
    if (stoppedBy !== undefined)
      screen.print(`SQS accepts no more messages: ${stoppedBy instanceof Error ? stoppedBy.message : stoppedBy}`);
  };

  const lookAtFile = async (file: RunFile, now: number) => {
    const { state, settled, approved, ended, rows: read } = await file.look();
    const name = campaignKey(file.file);
    if (settled !== rows.settled || state !== rows.state) newsAt = now;
    if (approved) screen.print(`${name} waited for an approval. As your operator, the run has approved it.`);
    Object.assign(rows, { settled, state });
    rows.meter.sample(settled, now);
    return { ended, shown: { name, state, settled, rows: read, perSecond: rows.meter.perSecond } };
  };

  const watchUntilEnd = async (): Promise<CampaignEnd> => {
    for (;;) {
      const now = performance.now();
      const seen = await watch(cloud, options.emulator.admin, outputs);
      for (const { answered, meter } of lanes.values()) meter.sample(answered, now);
      qr.meter.sample(qr.done, now);
      const file = options.file && (await lookAtFile(options.file, now));
      screen.progress({
        seconds: (now - begun) / 1000,
        lanes: [...lanes].map(([name, { answered, total, meter }]) => {
          const { waiting = 0, inWork = 0, running = true } = seen.lanes.get(name) ?? {};
          return { name, answered, total, perSecond: meter.perSecond, waiting, inWork, running };
        }),
        qr: { done: qr.done, owed: qr.owed, perSecond: qr.meter.perSecond },
        file: file?.shown,
        quota: seen.quota,
        alarms: seen.alarms,
        deadLetters: seen.deadLetters,
        killed: options.chaos ? killed : undefined,
      });
      if (options.signal.aborted) return 'interrupted';
      const isFileOver = file === undefined || file.ended;
      if (!sending && isFileOver && awaited.unsettled === 0) return 'all answered';
      if (!sending && isFileOver && awaited.unsettled === awaited.parked) return 'the rest is parked';
      if (seen.deadLetters > 0) return 'dead letter';
      if (performance.now() - newsAt > options.patienceSeconds * 1000) return 'no new outcome';
      await new Promise((resolve) => setTimeout(resolve, pollEveryMilliseconds));
    }
  };

  const kill = () =>
    killEnvironments(
      cloud,
      ({ function: name, busy }) => {
        killed += 1;
        screen.print(`Killed an environment of ${name}${busy ? ', in the middle of its work' : ''}`);
      },
      over.signal,
    );

  const watching = watchUntilEnd().finally(() => over.abort());
  await Promise.all([
    send(),
    outcomes.listen((outcome) => {
      note(awaited.received(outcome));
      return true;
    }, over.signal),
    watching,
    ...(options.chaos ? [kill()] : []),
  ]);
  screen.rest();
  return {
    end: await watching,
    all: awaited.all(),
    unsent,
    contradictions,
    /** From the first message sent to the last new outcome. */
    seconds: (newsAt - begun) / 1000,
    /** From the start of the process to the first link. Undefined if there was none. */
    firstLinkSeconds,
    killed,
  };
}

export type CampaignRun = Awaited<ReturnType<typeof runCampaign>>;

/** From the best end to the worst. */
const ends: readonly CampaignEnd[] = [
  'all answered',
  'the rest is parked',
  'interrupted',
  'no new outcome',
  'dead letter',
];

/** Campaigns that have run side by side, as one. */
export function joinRuns(runs: readonly [CampaignRun, ...CampaignRun[]]): CampaignRun {
  const firstLinks = runs.flatMap(({ firstLinkSeconds }) => firstLinkSeconds ?? []);
  const sum = (of: (run: CampaignRun) => number) => runs.reduce((total, run) => total + of(run), 0);
  return {
    end: runs.map(({ end }) => end).reduce((worst, end) => (ends.indexOf(end) > ends.indexOf(worst) ? end : worst)),
    all: runs.flatMap(({ all }) => all),
    unsent: runs.flatMap(({ unsent }) => unsent),
    contradictions: sum(({ contradictions }) => contradictions),
    seconds: Math.max(...runs.map(({ seconds }) => seconds)),
    firstLinkSeconds: firstLinks.length === 0 ? undefined : Math.min(...firstLinks),
    killed: sum(({ killed }) => killed),
  };
}

import { campaignKey } from '../domain/campaign/places.ts';
import type { CampaignRecord, OutstandingChunk } from '../domain/campaign/record.ts';
import { laneNow } from '../domain/control/control-record.ts';
import type { Deadline } from '../domain/work/delivery.ts';
import type { Observer } from '../domain/work/observer.ts';
import { ChunkAnswers } from './chunk-answers.ts';
import type { SenderLane } from './env.ts';
import type { CampaignSenderPorts } from './ports.ts';
import { outstandingOf } from './progress.ts';
import type { CampaignSenderSettings, RowCommands } from './row-commands.ts';

/** How much of the lane's work campaigns may have sent ahead, so that a pause or a cancellation acts at once. */
export const aheadSeconds = 30;

/** One lane in one run. */
export interface LaneRun {
  lane: SenderLane;
  settings: CampaignSenderSettings;
  ports: CampaignSenderPorts;
  deadline: Deadline;
  observer: Observer;
  commands: RowCommands;
  /** What the ledger knows of the outstanding chunks. */
  answers: Map<string, ChunkAnswers>;
}

/** The lane at the start of a step. */
export interface LaneStanding {
  /** Whether commands may be sent: the lane is open, and its quota is known. */
  isOpen: boolean;
  /** Epoch milliseconds since which nothing in the lane's state has kept commands from their answers. Undefined: something does. */
  openSince: number | undefined;
}

/** The lane's standing now. While anything is parked, an unanswered row may be in the archive. */
export async function standingOf({ lane, ports: { control, clock } }: LaneRun): Promise<LaneStanding> {
  const { control: record, signals } = await control.read();
  const now = laneNow(record, signals, lane.name, clock.wallMilliseconds());
  const isOpen = now.state === 'open' && now.quotaKnown;
  return { isOpen, openSince: isOpen && !now.hasParked ? (now.openedAt ?? 0) : undefined };
}

const keyOf = (record: CampaignRecord, chunk: number) => `${campaignKey(record)}/${record.drop}/${chunk}`;

/** What is known of an outstanding chunk, or undefined if this run has not looked yet. */
export const knownAnswers = (run: LaneRun, record: CampaignRecord, chunk: number) =>
  run.answers.get(keyOf(record, chunk));

/** What is known of an outstanding chunk. A chunk that an earlier run has sent is read from its object first. */
export async function answersOf(run: LaneRun, record: CampaignRecord, chunk: number): Promise<ChunkAnswers> {
  const known = knownAnswers(run, record, chunk);
  if (known !== undefined) return known;
  const rows = await run.ports.files.chunk(record, record.drop, chunk);
  const answers = new ChunkAnswers(rows, run.commands, run.ports.clock.wallMilliseconds());
  keepAnswers(run, record, chunk, answers);
  return answers;
}

export function keepAnswers(run: LaneRun, record: CampaignRecord, chunk: number, answers: ChunkAnswers): void {
  run.answers.set(keyOf(record, chunk), answers);
}

export function forgetAnswers(run: LaneRun, record: CampaignRecord, chunks: Iterable<number>): void {
  for (const chunk of chunks) run.answers.delete(keyOf(record, chunk));
}

/** The lane is open again, so the answers come again. */
export function hurry({ answers, ports: { clock } }: LaneRun): void {
  for (const one of answers.values()) one.noLaterThan(clock.wallMilliseconds() + 5_000);
}

/** A campaign's rows that keep the lane busy, as far as this run knows. */
export interface Ahead {
  rows: number;
  /** Rows whose image is missing. */
  images: number;
}

export function aheadOf(run: LaneRun, record: CampaignRecord): Ahead {
  const total = { rows: 0, images: 0 };
  for (const entry of outstandingOf(record)) {
    const { rows, images } = aheadIn(run, record, entry);
    total.rows += rows;
    total.images += images;
  }
  return total;
}

export function aheadIn(run: LaneRun, record: CampaignRecord, entry: OutstandingChunk): Ahead {
  const known = knownAnswers(run, record, entry.chunk);
  if (known === undefined) return { rows: entry.rows, images: entry.images };
  return { rows: known.unanswered(entry).length, images: known.imagesMissing(entry) };
}

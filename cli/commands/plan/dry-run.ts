import { createHash } from 'node:crypto';
import { nearNames } from '../../../lambdas/domain/campaign/near-names.ts';
import type { Command } from '../../../lambdas/domain/contract/command.ts';
import { callsOf } from '../../../lambdas/domain/contract/command-calls.ts';
import type { commandReader } from '../../../lambdas/domain/contract/command-reading.ts';
import { openEnvelope } from '../../../lambdas/domain/contract/envelope.ts';
import type { Fault } from '../../../lambdas/domain/contract/fault.ts';
import { commandDigest } from '../../../lambdas/domain/link/digest.ts';
import { type Place, placeWords, type Unit } from '../../files/place-words.ts';
import type { LaneLoad } from '../../pipeline/campaign/lane-times.ts';

/** Why a row would not be carried out. A `near-name` would be carried out, and may be a mistake. */
export interface RowFinding extends Place {
  finding:
    | 'unreadable'
    | 'no-lane'
    | 'invalid'
    | 'stale'
    | 'repeat'
    | 'request-id-reused'
    | 'chosen-id-taken'
    | 'near-name';
  /** The faults, without values. */
  faults: Fault[];
  /** The first row with the same request, or the same chosen ID. */
  firstLine?: number;
}

export interface DryRunSettings {
  /** The lane that a source's rows take; undefined for an unknown source. */
  laneOf(source: string | undefined): string | undefined;
  /** The reader of a lane's commands. Without a lane it is the reader of any lane: they differ only in the producers' rights. */
  readerOf(lane: string | undefined): ReturnType<typeof commandReader>;
  nowMilliseconds: number;
}

const whole = (rule: string, message: string): Fault[] => [{ path: '', rule, message }];
const noLane: readonly Fault[] = [
  { path: 'source', rule: 'lane', message: 'is not a configured producer: correct it, or name the lane with --lane' },
];

/**
 * Checks the rows of a campaign as the lanes would, and sends nothing. It keeps three numbers for each row. A million rows
 * take half a gigabyte, whatever they hold. Two of the numbers are the first 53 bits of a digest. Among a million rows, two
 * different rows share a number with a chance of 10^12 / 2 / 2^53, one in 18,000.
 */
export class DryRun {
  readonly #settings: DryRunSettings;
  readonly #requests = new Map<number, number>();
  readonly #asked = new Map<number, number>();
  readonly #chosen = new Map<number, number>();
  readonly #loads = new Map<string, LaneLoad>();
  #unit: Unit = 'line';
  /** Rows that would be carried out, by action. */
  readonly actions = new Map<string, number>();
  readonly findings = new Map<RowFinding['finding'], number>();
  rows = 0;

  constructor(settings: DryRunSettings) {
    this.#settings = settings;
  }

  /**
   * @param unsendable why the row has no body, if it has none
   * @param unit the unit in which the file counts its rows
   * @returns the finding, if the row has one
   */
  row(line: number, body: string, unsendable?: string, unit?: Place['unit']): RowFinding | undefined {
    this.rows += 1;
    this.#unit = unit ?? 'line';
    const found: RowFinding | undefined =
      unsendable === undefined
        ? this.#check(line, body)
        : { line, finding: 'unreadable', faults: whole('json', unsendable) };
    if (found !== undefined) this.findings.set(found.finding, (this.findings.get(found.finding) ?? 0) + 1);
    return found && unit ? { ...found, unit } : found;
  }

  /** The load of each lane, from the rows that would be carried out. */
  get loads(): LaneLoad[] {
    return [...this.#loads.values()];
  }

  #check(line: number, body: string): RowFinding | undefined {
    const { laneOf, readerOf, nowMilliseconds } = this.#settings;
    const opened = openEnvelope(body);
    if (opened.command === undefined) return { line, finding: 'unreadable', faults: opened.faults };
    const source = sourceOf(opened.command);
    const lane = laneOf(source);
    const reading = readerOf(lane)(opened, nowMilliseconds);
    const faults = 'refused' in reading ? [...reading.refused.faults, ...nearNames(opened.command.data)] : [];
    // A row without a source gets the fault that its source is missing, not this one.
    if (lane === undefined && source !== undefined) {
      const others = faults.filter(({ path, rule }) => path !== 'source' || rule !== 'not-allowed');
      return { line, finding: 'no-lane', faults: [...noLane, ...others] };
    }
    if ('refused' in reading || lane === undefined) return { line, finding: 'invalid', faults };
    const { command } = reading;
    const repeated = this.#repeatOf(command, line);
    if (repeated !== undefined) return repeated;
    if (command.validUntil !== undefined && Date.parse(command.validUntil) < nowMilliseconds) {
      return { line, finding: 'stale', faults: whole('valid-until', 'validUntil has passed') };
    }
    const taken = this.#takenBy(command, line);
    if (taken !== undefined) return taken;
    this.#count(command, lane);
    const near = nearNames('data' in command ? command.data : undefined);
    return near.length === 0 ? undefined : { line, finding: 'near-name', faults: near };
  }

  #repeatOf(command: Command, line: number): RowFinding | undefined {
    // The pipeline keeps no record of a get: a repeat reads again, and its request ID stays free.
    if (command.action === 'get') return undefined;
    const request = number53(`${command.source}\0${command.requestId}`);
    // Any key will do: the digest is compared only with digests of this file.
    const asked = Number.parseInt(commandDigest('a dry run', command).slice(0, 13), 16);
    const firstLine = this.#requests.get(request);
    if (firstLine === undefined) {
      this.#requests.set(request, line);
      this.#asked.set(request, asked);
      return undefined;
    }
    if (this.#asked.get(request) === asked) {
      const faults = whole('repeat', `repeats ${this.#placeOf(firstLine)}: carried out once, at no extra cost`);
      return { line, finding: 'repeat', faults, firstLine };
    }
    const faults = whole('unique', `has the requestId of ${this.#placeOf(firstLine)}, which is another command`);
    return { line, finding: 'request-id-reused', faults, firstLine };
  }

  #takenBy(command: Command, line: number): RowFinding | undefined {
    if (command.shortlinkId === undefined) return undefined;
    const address = number53(`${command.onelinkId}/${command.shortlinkId}`);
    if (command.action === 'delete') this.#chosen.delete(address);
    if (command.action !== 'create') return undefined;
    const firstLine = this.#chosen.get(address);
    if (firstLine === undefined) {
      this.#chosen.set(address, line);
      return undefined;
    }
    const faults = whole('chosen-id', `chooses the shortlinkId of ${this.#placeOf(firstLine)}`);
    return { line, finding: 'chosen-id-taken', faults, firstLine };
  }

  #placeOf(line: number): string {
    return placeWords({ line, unit: this.#unit });
  }

  #count(command: Command, lane: string): void {
    const load = this.#loads.get(lane) ?? { lane, quotaCalls: 0, lookups: 0, qrCodes: 0 };
    this.#loads.set(lane, load);
    const { action } = command;
    this.actions.set(action, (this.actions.get(action) ?? 0) + 1);
    const { quotaCalls, lookups, qrCodes } = callsOf(command);
    load.quotaCalls += quotaCalls;
    load.lookups += lookups;
    load.qrCodes += qrCodes;
  }
}

function sourceOf({ source }: Record<string, unknown>): string | undefined {
  return typeof source === 'string' ? source : undefined;
}

/** The largest whole number that JavaScript holds exactly has 53 bits. */
function number53(text: string): number {
  const digest = createHash('sha256').update(text).digest();
  return digest.readUIntBE(0, 6) * 32 + (digest.readUInt8(6) >> 3);
}

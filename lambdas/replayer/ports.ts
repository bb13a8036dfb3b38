import type { Outcome } from '../domain/contract/outcome.ts';
import type { ParkedCommand } from '../domain/contract/parked-command.ts';
import type { SenderDecisions } from '../domain/contract/sender.ts';
import type { ControlReader } from '../domain/control/control-record.ts';
import type { Clock } from '../domain/work/clock.ts';
import type { Deadline } from '../domain/work/delivery.ts';
import type { Observer } from '../domain/work/observer.ts';

export interface Lot {
  key: string;
  commands: number;
  bytes: number;
}

export interface ReplayerPorts {
  control: ControlReader & {
    /** Clears `parkedAt`, unless a lane has parked since. */
    drained(parkedAt: number): Promise<boolean>;
  };
  parked: {
    /** The oldest first. */
    lots(lane: string): AsyncIterable<Lot>;
    /** The lot's commands and its unreadable lines. */
    read(lot: Lot): Promise<{ commands: ParkedCommand[]; unreadable: string[] }>;
    remove(lot: Lot): Promise<void>;
  };
  /** Commands of unknown senders. */
  held: {
    senders(): AsyncIterable<{ source: string; sender: string }>;
    /** The oldest first. */
    lots(held: { source: string; sender: string }): AsyncIterable<Lot>;
    read(lot: Lot): Promise<{ commands: ParkedCommand[]; unreadable: string[] }>;
    remove(lot: Lot): Promise<void>;
  };
  /** The operators' decisions about unknown senders. */
  senders: { decisions(): Promise<SenderDecisions> };
  queue: {
    depth(queueUrl: string): Promise<number>;
    /** @returns the commands that the queue refuses */
    send(queueUrl: string, commands: ParkedCommand[], deadline: Deadline): Promise<ParkedCommand[]>;
  };
  /** Keeps what cannot be replayed until an operator releases it. */
  quarantine: {
    keepLot(lane: string, lotKey: string): Promise<void>;
    keepLines(lane: string, lotKey: string, reason: 'unreadable' | 'refused', lines: string[]): Promise<void>;
  };
  outcomes: { publish(outcome: Outcome): Promise<void> };
  observer: Observer;
  laneObserver: (lane: string) => Observer;
  clock: Clock;
}

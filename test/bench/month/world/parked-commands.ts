import type { ParkedCommand } from '../../../../lambdas/domain/contract/parked-command.ts';
import type { Lot, ReplayerPorts } from '../../../../lambdas/replayer/ports.ts';

type ParkedStore = ReplayerPorts['parked'];

/** The archive's writer gathers the commands of a moment in objects of so many lines. */
const [mostInLot, momentMilliseconds] = [500, 1_000];

interface StoredLot {
  key: string;
  lane: string;
  openedAt: number;
  commands: ParkedCommand[];
}

/** The parked commands of the archive, in memory, with the lots that the replayer sees. */
export class ParkedCommands implements ParkedStore {
  readonly #lots = new Map<string, StoredLot>();
  readonly #open = new Map<string, StoredLot>();
  #numbers = 0;
  count = 0;

  async add(command: ParkedCommand): Promise<void> {
    const { lane, parkedAtMilliseconds: at } = command;
    let lot = this.#open.get(lane);
    if (lot === undefined || lot.commands.length === mostInLot || at - lot.openedAt > momentMilliseconds) {
      lot = { key: `${lane}-${String(++this.#numbers).padStart(9, '0')}`, lane, openedAt: at, commands: [] };
      this.#open.set(lane, lot);
      this.#lots.set(lot.key, lot);
    }
    lot.commands.push(command);
    this.count++;
  }

  async *lots(lane: string): AsyncGenerator<Lot> {
    for (const lot of [...this.#lots.values()]) {
      if (lot.lane === lane) yield { key: lot.key, commands: lot.commands.length, bytes: 1 };
    }
  }

  async read({ key }: Lot): Promise<{ commands: ParkedCommand[]; unreadable: string[] }> {
    return { commands: this.#lots.get(key)?.commands ?? [], unreadable: [] };
  }

  async remove({ key }: Lot): Promise<void> {
    const lot = this.#lots.get(key);
    if (lot === undefined) return;
    this.#lots.delete(key);
    if (this.#open.get(lot.lane) === lot) this.#open.delete(lot.lane);
    this.count -= lot.commands.length;
  }
}

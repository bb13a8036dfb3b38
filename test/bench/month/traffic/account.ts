import type { FaultInput } from '../../../../local/onelink-api/faults.ts';
import type { Cloud } from '../world/cloud.ts';
import type { AccountEvent } from './calendar.ts';

const hour = 3_600_000;
const writes: ('create' | 'update' | 'delete')[] = ['create', 'update', 'delete'];

/** What goes wrong at any time of the month: one answer in a thousand is lost after the call took effect, and two are errors. */
const always: FaultInput[] = [
  { kind: 'reset-after', operation: writes, probability: 0.001, seed: 1 },
  { kind: 'status', status: 500, operation: writes, probability: 0.002, seed: 2 },
];

/** Plays what happens to the account. */
export class Account {
  readonly #cloud: Cloud;
  #present: FaultInput[] = [];

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    this.#arm();
  }

  plan(event: AccountEvent, from: number): void {
    const { clock, api, size } = this.#cloud;
    const at = from + event.atHours * hour;
    switch (event.kind) {
      case 'outage':
        this.#between(at, event.hours, { kind: 'status', status: 503, operation: 'any', probability: 1 });
        return;
      case 'rate-limited': {
        const { probability, hours } = event;
        this.#between(at, hours, { kind: 'status', status: 429, operation: 'any', probability, seed: 3 });
        return;
      }
      case 'token':
        clock.at(at, () => void api.control.changeSettings({ token: 'another-token' }));
        clock.at(at + event.hours * hour, () => void api.control.changeSettings({ token: 'local-token' }));
        return;
      case 'spent-elsewhere': {
        // In a hundred parts, ten minutes apart.
        const parts = 100;
        for (let part = 0; part < parts; part++) {
          clock.at(at + (part * hour) / 6, () => {
            const { remaining } = api.emulator.quota;
            const calls = Math.round((event.share * size.monthlyQuotaCalls) / parts);
            api.control.changeSettings({ quotaRemaining: Math.max(0, remaining - calls) });
          });
        }
      }
    }
  }

  #between(at: number, hours: number, fault: FaultInput): void {
    const { clock } = this.#cloud;
    clock.at(at, () => {
      this.#present.push(fault);
      this.#arm();
    });
    clock.at(at + hours * hour, () => {
      this.#present = this.#present.filter((one) => one !== fault);
      this.#arm();
    });
  }

  #arm(): void {
    const { control } = this.#cloud.api;
    control.clearFaults();
    control.addFaults([...this.#present, ...always]);
  }
}

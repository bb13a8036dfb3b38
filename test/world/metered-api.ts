import type { FaultInput } from '../../local/onelink-api/faults.ts';
import { EmulatedApi } from './emulated-api.ts';

/** The state of the API. */
export type ApiMood = 'good' | 'down' | 'posts-down' | 'token-refused' | 'feature-off';

const token = 'local-token';
/** On every call, until the state changes. */
const always = { probability: 1 } as const;
const faultsOf: Record<ApiMood, FaultInput[]> = {
  good: [],
  down: [{ kind: 'status', status: 503, operation: 'any', ...always }],
  'posts-down': [{ kind: 'status', status: 503, operation: ['create', 'update', 'delete'], ...always }],
  'token-refused': [],
  'feature-off': [],
};

/** The emulated API with states that the test sets, and a count of each month's quota calls. */
export class MeteredApi extends EmulatedApi {
  /** The number of links made at each address. */
  readonly made = new Map<string, number>();
  /** Successful writes, in order: `create A1b3/spring`. */
  readonly changes: string[] = [];
  /** Calls of the pipeline that cost quota, by month. */
  readonly spent = new Map<string, number>();

  constructor(now: () => number, monthlyQuota: number) {
    super({
      now,
      sleep: async () => {},
      // Without a rate limit, because the clock does not advance within a minute.
      settings: { monthlyQuota, requestsPerSecond: 100_000 },
      onCarriedOut: ({ operation, key, meaning }) => {
        if (operation !== 'create' && operation !== 'update' && operation !== 'delete') return;
        const month = new Date(now()).toISOString().slice(0, 7);
        if (meaning === 'ok' || meaning === 'exists') this.spent.set(month, (this.spent.get(month) ?? 0) + 1);
        if (meaning !== 'ok') return;
        this.changes.push(`${operation} ${key}`);
        if (operation === 'create') this.made.set(key, (this.made.get(key) ?? 0) + 1);
      },
    });
  }

  set mood(mood: ApiMood) {
    this.control.clearFaults();
    this.control.addFaults(faultsOf[mood]);
    this.control.changeSettings({
      token: mood === 'token-refused' ? 'another' : token,
      featureEnabled: mood !== 'feature-off',
    });
  }

  get refusedForQuota(): number {
    return this.control.stats().refused.quota;
  }

  /** Spends quota as another system on the account does. */
  spendElsewhere(calls: number): void {
    this.control.changeSettings({ quotaRemaining: this.emulator.quota.remaining - calls });
  }
}

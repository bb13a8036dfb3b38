import type { ApiAnswer, LinkAtApi } from '../../lambdas/domain/api-answer.ts';
import type { LinkAddress } from '../../lambdas/domain/link-id.ts';
import type { LinkSpec } from '../../lambdas/domain/link-spec.ts';

/** How the API is at a moment. */
export type ApiMood = 'good' | 'down' | 'posts-down' | 'token-refused' | 'feature-off';

type Failed = Exclude<ApiAnswer<never>, { meaning: 'ok' }>;

/** The OneLink API with a quota for each UTC month, and moods: what the governor has to live with. */
export class MeteredApi {
  readonly links = new Map<string, { data: Record<string, string>; expiresAt: number }>();
  /** How often a link was made at each address. */
  readonly made = new Map<string, number>();
  /** What succeeded, in order: `create A1b3/spring`. */
  readonly changes: string[] = [];
  /** Calls that cost quota, by month. */
  readonly spent = new Map<string, number>();
  refusedForQuota = 0;
  mood: ApiMood = 'good';
  readonly #now: () => number;
  readonly #monthlyQuota: number;

  constructor(now: () => number, monthlyQuota: number) {
    this.#now = now;
    this.#monthlyQuota = monthlyQuota;
  }

  /** Spends quota as another system on the account does. */
  spendElsewhere(calls: number): void {
    this.spent.set(this.#month, (this.spent.get(this.#month) ?? 0) + calls);
  }

  quota = async (): Promise<ApiAnswer<number>> =>
    this.mood === 'down' ? failed('transient') : { meaning: 'ok', value: this.#left };

  create = async (address: LinkAddress, { data }: LinkSpec): Promise<ApiAnswer<{ shortUrl: string }>> =>
    this.#write('create', address, () => {
      if (data.pid === undefined) return failed('permanent');
      if (this.links.has(keyOf(address))) return failed('exists');
      this.made.set(keyOf(address), (this.made.get(keyOf(address)) ?? 0) + 1);
      return this.#put(address, data);
    });

  read = async (address: LinkAddress): Promise<ApiAnswer<LinkAtApi>> => {
    if (this.mood === 'down') return failed('transient');
    if (this.mood === 'token-refused') return failed('account-blocked', 'api-401-authentication-failure');
    const link = this.links.get(keyOf(address));
    return link === undefined ? failed('absent') : { meaning: 'ok', value: { ...link } };
  };

  update = async (address: LinkAddress, { data }: LinkSpec): Promise<ApiAnswer<{ shortUrl: string }>> =>
    this.#write('update', address, () =>
      this.links.has(keyOf(address)) ? this.#put(address, data) : failed('absent'),
    );

  delete = async (address: LinkAddress): Promise<ApiAnswer<null>> =>
    this.#write('delete', address, () =>
      this.links.delete(keyOf(address)) ? { meaning: 'ok', value: null } : failed('absent'),
    );

  get #month(): string {
    return new Date(this.#now()).toISOString().slice(0, 7);
  }

  get #left(): number {
    return Math.max(0, this.#monthlyQuota - (this.spent.get(this.#month) ?? 0));
  }

  #put(address: LinkAddress, data: Record<string, string>): ApiAnswer<{ shortUrl: string }> {
    this.links.set(keyOf(address), { data, expiresAt: Math.floor(this.#now() / 1000) + 31 * 86_400 });
    return { meaning: 'ok', value: { shortUrl: `https://acme.onelink.me/${keyOf(address)}` } };
  }

  #write<Value>(operation: string, address: LinkAddress, plain: () => ApiAnswer<Value>): ApiAnswer<Value> {
    if (this.mood === 'down' || this.mood === 'posts-down') return failed('ambiguous');
    if (this.mood === 'token-refused') return failed('account-blocked', 'api-401-authentication-failure');
    if (this.mood === 'feature-off') return failed('account-blocked', 'api-403-feature-not-enabled');
    if (this.#left === 0) {
      this.refusedForQuota++;
      return failed('quota-spent');
    }
    const answer = plain();
    if (answer.meaning === 'ok' || answer.meaning === 'exists') this.spendElsewhere(1);
    if (answer.meaning === 'ok') this.changes.push(`${operation} ${keyOf(address)}`);
    return answer;
  }
}

function failed(meaning: Failed['meaning'], rule = `scripted-${meaning}`): Failed {
  return { meaning, fault: { path: '', rule, message: 'as the test says' } };
}

function keyOf({ onelinkId, shortlinkId }: LinkAddress): string {
  return `${onelinkId}/${shortlinkId}`;
}

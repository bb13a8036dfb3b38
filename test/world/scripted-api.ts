import type { ApiAnswer, LinkAtApi } from '../../lambdas/domain/api-answer.ts';
import type { Meaning } from '../../lambdas/domain/failure-table.ts';
import type { LinkAddress } from '../../lambdas/domain/link-id.ts';
import type { LinkSpec } from '../../lambdas/domain/link-spec.ts';

/** What the next call of an operation meets instead of a plain answer. */
export interface Script {
  meaning: Exclude<Meaning, 'ok'>;
  /** Whether the write took effect all the same: an ambiguous answer may be either. */
  applied?: boolean;
}

type Operation = 'create' | 'read' | 'update' | 'delete';

/** The OneLink API as the link worker's port sees it: links in a map, every call noted, failures by script. */
export class ScriptedApi {
  readonly links = new Map<string, { data: Record<string, string>; expiresAt: number }>();
  readonly calls: Operation[] = [];
  readonly #scripts: Record<Operation, Script[]> = { create: [], read: [], update: [], delete: [] };
  readonly #now: () => number;
  #interruption: { count: number; run: () => void } | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The next calls of the operation answer so. */
  script(operation: Operation, ...scripts: Script[]): void {
    this.#scripts[operation].push(...scripts);
  }

  /** Runs something between two calls, as another environment would. */
  afterCalls(count: number, run: () => void): void {
    this.#interruption = { count, run };
  }

  /** How many calls would count against the quota. */
  get quotaCalls(): number {
    return this.calls.filter((operation) => operation !== 'read').length;
  }

  create = (address: LinkAddress, link: LinkSpec): Promise<ApiAnswer<{ shortUrl: string }>> =>
    this.#answer('create', () => {
      if (this.links.has(keyOf(address))) return failed('exists');
      this.#put(address, link);
      return { meaning: 'ok', value: { shortUrl: `https://acme.onelink.me/${keyOf(address)}` } };
    });

  read = (address: LinkAddress): Promise<ApiAnswer<LinkAtApi>> =>
    this.#answer('read', () => {
      const link = this.links.get(keyOf(address));
      return link === undefined
        ? failed('absent')
        : { meaning: 'ok', value: { data: link.data, expiresAt: link.expiresAt } };
    });

  update = (address: LinkAddress, link: LinkSpec): Promise<ApiAnswer<{ shortUrl: string }>> =>
    this.#answer('update', () => {
      if (!this.links.has(keyOf(address))) return failed('absent');
      this.#put(address, link);
      return { meaning: 'ok', value: { shortUrl: `https://acme.onelink.me/${keyOf(address)}` } };
    });

  delete = (address: LinkAddress): Promise<ApiAnswer<null>> =>
    this.#answer('delete', () =>
      this.links.delete(keyOf(address)) ? { meaning: 'ok', value: null } : failed('absent'),
    );

  #put(address: LinkAddress, { data }: LinkSpec): void {
    this.links.set(keyOf(address), { data, expiresAt: Math.floor(this.#now() / 1000) + 31 * 86_400 });
  }

  async #answer<Value>(operation: Operation, plain: () => ApiAnswer<Value>): Promise<ApiAnswer<Value>> {
    this.calls.push(operation);
    if (this.calls.length === this.#interruption?.count) this.#interruption.run();
    const script = this.#scripts[operation].shift();
    if (script === undefined) return plain();
    if (script.applied) plain();
    return failed(script.meaning);
  }
}

function failed(meaning: Exclude<Meaning, 'ok'>): {
  meaning: Exclude<Meaning, 'ok'>;
  fault: { path: string; rule: string; message: string };
} {
  return { meaning, fault: { path: '', rule: `scripted-${meaning}`, message: 'as the test says' } };
}

function keyOf({ onelinkId, shortlinkId }: LinkAddress): string {
  return `${onelinkId}/${shortlinkId}`;
}

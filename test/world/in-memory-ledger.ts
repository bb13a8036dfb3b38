import type {
  CheckLease,
  Claim,
  Lease,
  LinkRecord,
  QrFailure,
  RequestRecord,
} from '../../lambdas/domain/link/ledger-record.ts';
import type { LinkAddress, OwnedLink } from '../../lambdas/domain/link/link-id.ts';

/** The ledger's behaviour in memory. test/integration holds this and the real ledger to the same contract. */
export class InMemoryLedger {
  readonly links = new Map<string, LinkRecord>();
  readonly answered = new Map<string, RequestRecord>();
  /** When subjects were erased, by digest. */
  readonly erasedAt = new Map<string, number>();
  readonly claims = new Map<string, Claim>();
  readonly parked = new Map<string, Set<string>>();
  /** Methods whose next call fails, as with a throttled or unreachable table. */
  readonly failNext = new Set<string>();

  async requests(asked: { source: string; requestId: string }[]): Promise<Map<string, RequestRecord>> {
    this.#maybeFail('requests');
    const keys = asked.map(({ source, requestId }) => `${source}/${requestId}`);
    return new Map(
      keys.flatMap((key) => {
        const record = this.answered.get(key);
        return record ? [[key, structuredClone(record)] as const] : [];
      }),
    );
  }

  async known(asked: { source: string; requestId: string }[], subjects: readonly string[]) {
    const requests = await this.requests(asked);
    const erasedAt = subjects.flatMap((subject) => {
      const at = this.erasedAt.get(subject);
      return at === undefined ? [] : [[subject, at] as const];
    });
    return { requests, erasedAt: new Map(erasedAt) };
  }

  async rememberRequest(record: RequestRecord): Promise<RequestRecord | undefined> {
    this.#maybeFail('rememberRequest');
    const key = `${record.source}/${record.requestId}`;
    const held = this.answered.get(key);
    if (held === undefined) this.answered.set(key, structuredClone(record));
    return structuredClone(held);
  }

  async link(address: LinkAddress): Promise<LinkRecord | undefined> {
    this.#maybeFail('link');
    return structuredClone(this.links.get(keyOf(address)));
  }

  async linksAt(addresses: readonly LinkAddress[]): Promise<LinkRecord[]> {
    this.#maybeFail('linksAt');
    const distinct = [...new Set(addresses.map(keyOf))];
    return distinct.flatMap((key) => {
      const record = this.links.get(key);
      return record ? [structuredClone(record)] : [];
    });
  }

  async addLink(record: LinkRecord): Promise<LinkRecord | undefined> {
    this.#maybeFail('addLink');
    const held = this.links.get(keyOf(record.address));
    if (held === undefined) this.links.set(keyOf(record.address), structuredClone(record));
    return structuredClone(held);
  }

  async claimAddress(
    address: LinkAddress,
    claim: Claim,
    { nowSeconds, recorded }: { nowSeconds: number; recorded?: { source: string; requestId: string } | undefined },
  ): Promise<boolean> {
    this.#maybeFail('claimAddress');
    const held = this.claims.get(keyOf(address));
    const isOwn = held?.source === claim.source;
    const hasServed = recorded?.source === held?.source && recorded?.requestId === held?.requestId;
    const isFree = held === undefined || held.until === 0 || held.token === claim.token;
    if (!isFree && !(isOwn && (held.until < nowSeconds || hasServed))) return false;
    this.claims.set(keyOf(address), structuredClone(claim));
    return true;
  }

  async claimOf(address: LinkAddress): Promise<Claim | undefined> {
    this.#maybeFail('claimOf');
    return structuredClone(this.claims.get(keyOf(address)));
  }

  async releaseClaim(
    address: LinkAddress,
    { source, requestId, token }: Pick<Claim, 'source' | 'requestId' | 'token'>,
    nowSeconds: number,
  ): Promise<void> {
    this.#maybeFail('releaseClaim');
    const held = this.claims.get(keyOf(address));
    if (held?.source !== source || held.requestId !== requestId) return;
    if (held.token === token || held.until < nowSeconds) held.until = 0;
  }

  async leaseLink(address: LinkAddress, lease: Lease, readVersion: number, nowSeconds: number): Promise<boolean> {
    this.#maybeFail('leaseLink');
    const held = this.links.get(keyOf(address));
    if (held?.version !== readVersion || !isFree(held, nowSeconds, undefined)) return false;
    held.lease = structuredClone(lease);
    return true;
  }

  async releaseLink(address: LinkAddress, { requestId, until }: Lease): Promise<void> {
    this.#maybeFail('releaseLink');
    const held = this.links.get(keyOf(address));
    if (held?.lease?.requestId === requestId && held.lease.until === until) delete held.lease;
  }

  async replaceLink(
    record: LinkRecord,
    read: { version: number; leaseOf?: string; nowSeconds: number; anew?: boolean },
  ): Promise<boolean> {
    this.#maybeFail('replaceLink');
    const held = this.links.get(keyOf(record.address));
    if (held?.version !== read.version || !isFree(held, read.nowSeconds, read.leaseOf)) return false;
    const { lease: _, qrKey: __, qrFailure: ___, ...fields } = structuredClone(record);
    const { qrKey, qrFailure } = held;
    const isSame = record.state === 'live' && !read.anew;
    this.links.set(keyOf(record.address), {
      ...fields,
      ...(isSame && qrKey !== undefined && { qrKey }),
      ...(isSame && qrFailure !== undefined && { qrFailure }),
    });
    return true;
  }

  async concludeCheck(
    checked: LinkRecord,
    found: { expiresAt: number; checkAgainAt?: number; lease?: CheckLease; nowSeconds: number },
  ): Promise<boolean> {
    this.#maybeFail('concludeCheck');
    const held = this.links.get(keyOf(checked.address));
    if (held === undefined || !isChecked(held, checked, found.nowSeconds, found.lease?.taken)) return false;
    held.expiresAt = found.expiresAt;
    delete held.expiryCheck;
    delete held.checkAgainAt;
    if (found.checkAgainAt !== undefined) held.checkAgainAt = found.checkAgainAt;
    if (found.lease !== undefined) delete held.lease;
    if (found.lease?.left !== undefined) held.lease = structuredClone(found.lease.left);
    return true;
  }

  async removeChecked(checked: LinkRecord, nowSeconds: number): Promise<boolean> {
    this.#maybeFail('removeChecked');
    const held = this.links.get(keyOf(checked.address));
    if (held === undefined || !isChecked(held, checked, nowSeconds, undefined)) return false;
    return this.links.delete(keyOf(checked.address));
  }

  async noteQr({ source, address }: OwnedLink, qrKey: string): Promise<boolean> {
    this.#maybeFail('noteQr');
    const held = this.links.get(keyOf(address));
    if (held?.state !== 'live' || held.source !== source) return false;
    held.qrKey = qrKey;
    delete held.qrFailure;
    return true;
  }

  async noteQrFailure(
    { source, address }: OwnedLink,
    failure: QrFailure,
    asked: { madeBy: string } | { version: number },
  ): Promise<boolean> {
    this.#maybeFail('noteQrFailure');
    const held = this.links.get(keyOf(address));
    if (held?.state !== 'live' || held.source !== source || held.qrKey !== undefined) return false;
    if ('madeBy' in asked ? held.requestId !== asked.madeBy : held.version !== asked.version) return false;
    held.qrFailure = structuredClone(failure);
    return true;
  }

  async parkOrder(address: LinkAddress): Promise<string[]> {
    return [...(this.parked.get(keyOf(address)) ?? [])].sort();
  }

  async addToParkOrder(address: LinkAddress, place: string): Promise<void> {
    this.#maybeFail('addToParkOrder');
    this.parked.set(keyOf(address), (this.parked.get(keyOf(address)) ?? new Set()).add(place));
  }

  async removeFromParkOrder(address: LinkAddress, place: string): Promise<void> {
    this.#maybeFail('removeFromParkOrder');
    this.parked.get(keyOf(address))?.delete(place);
  }

  #maybeFail(method: string): void {
    if (this.failNext.delete(method)) throw new Error(`the ledger fails at ${method}`);
  }
}

function isFree({ lease }: LinkRecord, nowSeconds: number, mine: string | undefined): boolean {
  return lease === undefined || lease.until < nowSeconds || lease.requestId === mine;
}

function isChecked(held: LinkRecord, checked: LinkRecord, nowSeconds: number, lease: Lease | undefined): boolean {
  const isCurrent = held.expiryCheck?.token === checked.expiryCheck?.token && held.version === checked.version;
  const mine = held.lease?.requestId === lease?.requestId && held.lease?.until === lease?.until;
  return held.expiryCheck !== undefined && isCurrent && (isFree(held, nowSeconds, undefined) || mine);
}

function keyOf({ onelinkId, shortlinkId }: LinkAddress): string {
  return `${onelinkId}/${shortlinkId}`;
}

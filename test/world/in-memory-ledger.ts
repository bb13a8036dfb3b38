import type { ControlRecord, LinkRecord, RequestRecord } from '../../lambdas/domain/ledger-record.ts';
import type { LinkAddress } from '../../lambdas/domain/link-id.ts';

/** The ledger's behaviour in memory; test/integration holds it and the real one to the same contract. */
export class InMemoryLedger {
  readonly links = new Map<string, LinkRecord>();
  readonly answered = new Map<string, RequestRecord>();
  controlRecord: ControlRecord | undefined;
  /** Set to make the next call of a method fail, as a throttled or unreachable table does. */
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

  async rememberRequest(record: RequestRecord): Promise<void> {
    this.#maybeFail('rememberRequest');
    this.answered.set(`${record.source}/${record.requestId}`, structuredClone(record));
  }

  async link(address: LinkAddress): Promise<LinkRecord | undefined> {
    this.#maybeFail('link');
    return structuredClone(this.links.get(keyOf(address)));
  }

  async addLink(record: LinkRecord): Promise<LinkRecord | undefined> {
    this.#maybeFail('addLink');
    const held = this.links.get(keyOf(record.address));
    if (held === undefined) this.links.set(keyOf(record.address), structuredClone(record));
    return structuredClone(held);
  }

  async replaceLink(record: LinkRecord, readVersion: number): Promise<boolean> {
    this.#maybeFail('replaceLink');
    if (this.links.get(keyOf(record.address))?.version !== readVersion) return false;
    this.links.set(keyOf(record.address), structuredClone(record));
    return true;
  }

  async noteQr(address: LinkAddress, qrKey: string): Promise<void> {
    const held = this.links.get(keyOf(address));
    if (held !== undefined) held.qrKey = qrKey;
  }

  async control(): Promise<ControlRecord | undefined> {
    return this.controlRecord;
  }

  async setControl(record: ControlRecord): Promise<boolean> {
    if (this.controlRecord !== undefined && this.controlRecord.polledAt >= record.polledAt) return false;
    this.controlRecord = record;
    return true;
  }

  #maybeFail(method: string): void {
    if (this.failNext.delete(method)) throw new Error(`the ledger fails at ${method}`);
  }
}

function keyOf({ onelinkId, shortlinkId }: LinkAddress): string {
  return `${onelinkId}/${shortlinkId}`;
}

import type { Transport } from '../../../lambdas/adapters/onelink-client.ts';
import { noPolicy } from '../../../lambdas/domain/contract/command-reading.ts';
import { wireJson, wireText } from '../../../lambdas/domain/contract/wire-json.ts';
import type { LinkAddress, OwnedLink } from '../../../lambdas/domain/link/link-id.ts';
import type { Removal } from '../../../lambdas/domain/link/removal.ts';
import type { ApiResult } from '../../../lambdas/domain/onelink/failure-table.ts';
import type { Clock } from '../../../lambdas/domain/work/clock.ts';
import type { Observer } from '../../../lambdas/domain/work/observer.ts';
import type { ExpiryIntakePorts } from '../../../lambdas/expiry-intake/expiry-intake.ts';
import type { ExpiryWorkerPorts } from '../../../lambdas/expiry-worker/ports.ts';
import type { LinkWorkerPorts } from '../../../lambdas/link-worker/ports.ts';
import type { QrWorkerPorts } from '../../../lambdas/qr-worker/qr-worker.ts';
import { keyOfCall, operationOf } from '../../world/emulated-api.ts';
import { InMemoryControl } from '../../world/in-memory-control.ts';
import { linkIdSecret } from '../../world/link-world.ts';
import { silentObserver } from '../../world/stillness.ts';
import { keyOf } from './one-link.ts';
import type { Pipeline } from './pipeline.ts';

const refused = (status: number, error_type: string): ApiResult => ({ status, body: { error_type, message: '' } });
const refusals = {
  'quota-spent': refused(429, 'quota_exceeded'),
  'account-refused': refused(403, 'feature_not_enabled'),
};

/** One environment's ports of the pipeline. Each call waits in the scheduler. */
export function portsOf(
  pipeline: Pipeline,
  environment: number,
): LinkWorkerPorts & QrWorkerPorts & ExpiryIntakePorts & ExpiryWorkerPorts {
  const { scheduler, ledger, oneLink } = pipeline;

  const call = <Value>(port: string, subject: string, effect: () => Value | Promise<Value>): Promise<Value> =>
    scheduler.submit({ environment, port, subject, effect: async () => effect() });

  /** Each call of the API waits before it is sent. If the answer is lost, the client gets no answer. */
  const send: Transport['send'] = async (request) => {
    const result = await scheduler.submit<ApiResult>({
      environment,
      port: `api.${operationOf(request)}`,
      subject: keyOfCall(request),
      effect: () => {
        oneLink.begin(environment, keyOfCall(request));
        return oneLink.api.send(request);
      },
      whenLost: { unanswered: 'reset' },
      // A GET costs no quota, and the model has no 429s of the rate.
      ...(request.method !== 'GET' && { whenRefused: refusals }),
    });
    request.onSent();
    return result;
  };

  /** Adds each new version of a link's record to the history. */
  const change = <Value>(port: string, address: LinkAddress, effect: () => Promise<Value>) =>
    call(port, keyOf(address), async () => {
      const before = ledger.links.get(keyOf(address))?.version;
      const answer = await effect();
      const after = ledger.links.get(keyOf(address));
      if (after !== undefined && after.version !== before) pipeline.history.push(structuredClone(after));
      return answer;
    });

  const control = new InMemoryControl();
  control.setRecord(pipeline.now, pipeline.parkedAt === undefined ? {} : { parkedAt: pipeline.parkedAt });
  const observer: Observer = {
    ...silentObserver,
    count: (metric, by = 1) => void pipeline.counts.set(metric, (pipeline.counts.get(metric) ?? 0) + by),
  };
  const clock: Clock = {
    wallMilliseconds: () => pipeline.now,
    monotonicMilliseconds: () => pipeline.now,
    sleep: async () => {},
  };
  const imageOf = ({ source, address }: OwnedLink) => `${source}/${keyOf(address)}`;
  const removeImage = (link: OwnedLink) =>
    call('images.remove', keyOf(link.address), () => void pipeline.images.delete(imageOf(link)));

  return {
    api: oneLink.api.clientOver({ send }, () => pipeline.now),
    ledger: {
      known: (asked, subjects) =>
        call('ledger.requests', asked.map(nameOf).join(' '), () => ledger.known(asked, subjects)),
      requests: (asked) => call('ledger.requests', asked.map(nameOf).join(' '), () => ledger.requests(asked)),
      rememberRequest: (record) => call('ledger.rememberRequest', nameOf(record), () => ledger.rememberRequest(record)),
      link: (address) => call('ledger.link', keyOf(address), () => ledger.link(address)),
      addLink: (record) => change('ledger.addLink', record.address, () => ledger.addLink(record)),
      claimAddress: (address, claim, held) =>
        call('ledger.claimAddress', keyOf(address), () => ledger.claimAddress(address, claim, held)),
      claimOf: (address) => call('ledger.claimOf', keyOf(address), () => ledger.claimOf(address)),
      releaseClaim: (address, claim, now) =>
        call('ledger.releaseClaim', keyOf(address), () => ledger.releaseClaim(address, claim, now)),
      leaseLink: (address, lease, version, now) =>
        call('ledger.leaseLink', keyOf(address), () => {
          const { source } = ledger.links.get(keyOf(address)) ?? {};
          oneLink.lease(environment, keyOf(address), `${source}/${lease.requestId}`);
          return ledger.leaseLink(address, lease, version, now);
        }),
      releaseLink: (address, lease) =>
        call('ledger.releaseLink', keyOf(address), () => ledger.releaseLink(address, lease)),
      replaceLink: (record, held) =>
        change('ledger.replaceLink', record.address, () => ledger.replaceLink(record, held)),
      concludeCheck: (checked, found) =>
        call('ledger.concludeCheck', keyOf(checked.address), () => ledger.concludeCheck(checked, found)),
      removeChecked: (checked, now) =>
        call('ledger.removeChecked', keyOf(checked.address), () => ledger.removeChecked(checked, now)),
      noteQr: (link, key) => call('ledger.noteQr', keyOf(link.address), () => ledger.noteQr(link, key)),
      noteQrFailure: (link, failure, asked) =>
        call('ledger.noteQrFailure', keyOf(link.address), () => ledger.noteQrFailure(link, failure, asked)),
      parkOrder: (address) => call('ledger.parkOrder', keyOf(address), () => ledger.parkOrder(address)),
      addToParkOrder: (address, place) =>
        call('ledger.addToParkOrder', keyOf(address), () => ledger.addToParkOrder(address, place)),
      removeFromParkOrder: (address, place) =>
        call('ledger.removeFromParkOrder', keyOf(address), () => ledger.removeFromParkOrder(address, place)),
    },
    quota: async () => ({ meaning: 'ok', value: 5_000_000 }),
    control,
    pace: { easeIn: () => {}, acquire: async () => {}, release: () => {} },
    held: { add: async () => {} },
    senders: { decisions: async () => ({}) },
    parked: { add: (command) => call('parked.add', nameOf(command), () => pipeline.park(command)) },
    onQuotaCall: () => {},
    linkIdSecret: { value: async () => linkIdSecret },
    policy: noPolicy,
    httpRecords: { note: async () => {} },
    outcomes: {
      publish: (outcome) =>
        call('outcomes.publish', `${nameOf(outcome)} ${outcome.outcome}`, () => {
          pipeline.outcomes.push(structuredClone(outcome));
        }),
    },
    privateOutcomes: {
      publish: (outcome) =>
        call('privateOutcomes.publish', `${nameOf(outcome)} ${outcome.outcome}`, () => {
          pipeline.privateOutcomes.push(structuredClone(outcome));
        }),
    },
    qrQueue: {
      enqueue: (job) =>
        call('qrQueue.enqueue', nameOf(job), () => void pipeline.queues.qr.send(wireJson(job), pipeline.now)),
    },
    qrImages: { remove: removeImage },
    store: {
      bucket: 'codes',
      put: (link, image) =>
        call('images.put', keyOf(link.address), () => {
          pipeline.images.add(imageOf(link));
          return `qr/${imageOf(link)}.${image.format}`;
        }),
      remove: removeImage,
    },
    removalIn: (body) => JSON.parse(body) as Removal,
    checks: {
      enqueue: (body) =>
        call('checks.enqueue', '', () => void pipeline.queues.expiry.send(wireText(body), pipeline.now)),
    },
    history: {
      addExpired: ({ onelinkId, shortlinkId }) => call('history.addExpired', `${onelinkId}/${shortlinkId}`, () => {}),
    },
    archive: {
      addRejected: ({ messageId }) =>
        call('archive.addRejected', messageId, () => void pipeline.archived.add(messageId)),
    },
    observer,
    observerOf: () => observer,
    clock,
  };
}

function nameOf({ source, requestId }: { source: string | null; requestId: string | null }): string {
  return `${source}/${requestId}`;
}

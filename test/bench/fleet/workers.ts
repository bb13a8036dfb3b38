import type { Context } from 'aws-lambda';
import { OneLinkClient, type OneLinkClientSettings } from '../../../lambdas/adapters/onelink-client.ts';
import { noPolicy } from '../../../lambdas/domain/contract/command-reading.ts';
import type { Outcome } from '../../../lambdas/domain/contract/outcome.ts';
import type { LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import type { Removal } from '../../../lambdas/domain/link/removal.ts';
import type { BatchWork } from '../../../lambdas/domain/work/delivery.ts';
import { expiryWorkerEnvironment } from '../../../lambdas/expiry-worker/env.ts';
import { expiryWorker } from '../../../lambdas/expiry-worker/expiry-worker.ts';
import { linkWorkerEnvironment } from '../../../lambdas/link-worker/env.ts';
import { linkWorker } from '../../../lambdas/link-worker/link-worker.ts';
import { qrWorkerEnvironment } from '../../../lambdas/qr-worker/env.ts';
import { qrWorker } from '../../../lambdas/qr-worker/qr-worker.ts';
import { readerEnvironment } from '../../../lambdas/reader/env.ts';
import { reader } from '../../../lambdas/reader/reader.ts';
import { systemClock as clock } from '../../../lambdas/runtime/clock.ts';
import { readEnvironment } from '../../../lambdas/runtime/environment.ts';
import { RateLimiter } from '../../../lambdas/runtime/rate-limiter.ts';
import { type SqsBatchOptions, sqsBatch } from '../../../lambdas/runtime/sqs-batch.ts';
import { Telemetry } from '../../../lambdas/runtime/telemetry.ts';
import { InMemoryControl } from '../../world/in-memory-control.ts';
import { InMemoryLedger } from '../../world/in-memory-ledger.ts';
import type { FleetJob, Invocation, QrWork } from './messages.ts';

/** What became of an invocation. */
interface Ended {
  /** The message IDs that return to the queue. */
  returned: string[];
  /** The outcomes that were published, by their names. */
  outcomes: Record<string, number>;
}

interface EnvironmentJob {
  invoke(invocation: Invocation, context: Context): Promise<Ended>;
}

/** The secret that derives link IDs and keys digests. */
export const linkIdSecret = 'a secret of the benchmark';
/** The variable of the benchmark with the API token. A deployment has a secret. */
export const tokenVariable = 'BENCH_API_TOKEN';
/** A control record is fresh for minutes. A run writes it anew as often as the governor does. */
const controlEveryMilliseconds = 60_000;

/**
 * The use case of a job as it ships, with its pacer, its HTTP client and the failure table. As in `handler.ts` of the job, but
 * ledger, control record, topic, queues, buckets and secrets are in this process's memory.
 *
 * @param onQrJob takes the jobs for the QR worker
 */
export function jobWith(
  job: FleetJob,
  variables: Record<string, string | undefined>,
  onQrJob: (work: QrWork) => void,
): EnvironmentJob {
  const telemetry = new Telemetry();
  const ledger = new InMemoryLedger();
  const control = new InMemoryControl();
  const secret = (value: string) => ({ value: async () => value, fresh: async () => value });
  const token = secret(variables[tokenVariable] ?? '');
  const idSecret = secret(linkIdSecret);
  const observer = telemetry.observer({});
  let published: Record<string, number> = {};
  const outcomes = {
    publish: async ({ outcome }: Outcome) => {
      published[outcome] = (published[outcome] ?? 0) + 1;
    },
  };
  const client = (env: OneLinkClientSettings, turns: RateLimiter) =>
    new OneLinkClient(env, { token, turns, clock, onCall: telemetry.apiCalls({}) });
  const images = {
    bucket: 'in-memory',
    put: async ({ address }: { address: LinkAddress }) => keyOf(address),
    remove: async () => {},
  };

  const batches = (
    work: BatchWork,
    options: Pick<SqsBatchOptions, 'turns' | 'api' | 'mostReturned'> & Partial<SqsBatchOptions>,
  ): EnvironmentJob => {
    const handle = sqsBatch({ work, telemetry, clock, queue: { delay: async () => 0 }, ...options });
    let controlAt = Number.NEGATIVE_INFINITY;
    return {
      invoke: async ({ records = [], known = [] }, context) => {
        if (clock.monotonicMilliseconds() - controlAt > controlEveryMilliseconds) {
          control.setRecord(clock.wallMilliseconds());
          controlAt = clock.monotonicMilliseconds();
        }
        for (const link of known) ledger.links.set(keyOf(link.address), link);
        published = {};
        const { batchItemFailures } = await handle({ Records: records }, context);
        return { returned: batchItemFailures.map(({ itemIdentifier }) => itemIdentifier), outcomes: published };
      },
    };
  };

  switch (job) {
    case 'link-worker': {
      const env = readEnvironment(linkWorkerEnvironment, variables);
      const turns = RateLimiter.atPace(env.LINK_CALLS_PER_SECOND, clock, env.INVOCATION_GAP);
      const api = client(env, turns);
      const work = linkWorker(env, {
        api,
        quota: (accountId) => api.quota(accountId),
        linkIdSecret: idSecret,
        ledger,
        control,
        pace: turns,
        policy: noPolicy,
        parked: { add: async () => {} },
        held: { add: async () => {} },
        senders: { decisions: async () => ({}) },
        onQuotaCall: telemetry.quotaCalls(),
        httpRecords: { note: async () => {} },
        outcomes,
        qrQueue: {
          enqueue: async (qrJob, groupId) => onQrJob({ job: qrJob, groupId, link: ledger.links.get(keyOf(qrJob)) }),
        },
        qrImages: images,
        archive: { addRejected: async () => {} },
        observer,
        clock,
      });
      const { MOST_RETURNED_MESSAGES: mostReturned, DEDUPLICATION_WINDOW_DAYS, OWN_SENDERS: ownSenders } = env;
      return batches(work, {
        turns,
        api,
        mostReturned,
        deduplicationWindowDays: DEDUPLICATION_WINDOW_DAYS,
        ownSenders,
      });
    }
    case 'qr-worker': {
      const env = readEnvironment(qrWorkerEnvironment, variables);
      const turns = RateLimiter.atPace(env.QR_CALLS_PER_SECOND, clock);
      const api = client(env, turns);
      const work = qrWorker(env, { api, ledger, store: images, outcomes, observerOf: () => observer, clock });
      return batches(work, { turns, api, mostReturned: env.MOST_RETURNED_MESSAGES });
    }
    case 'expiry-worker': {
      const env = readEnvironment(expiryWorkerEnvironment, variables);
      const turns = RateLimiter.atPace(env.EXPIRY_CALLS_PER_SECOND, clock);
      const api = client(env, turns);
      const work = expiryWorker(env, {
        api,
        ledger,
        control,
        onQuotaCall: telemetry.quotaCalls(),
        linkIdSecret: idSecret,
        removalIn: (body) => JSON.parse(body) as Removal,
        history: { addExpired: async () => {} },
        qrImages: images,
        outcomes,
        observer,
        clock,
      });
      return batches(work, { turns, api, mostReturned: env.MOST_RETURNED_MESSAGES });
    }
    case 'reader': {
      const env = readEnvironment(readerEnvironment, variables);
      const turns = RateLimiter.atPace(env.READ_CALLS_PER_SECOND, clock);
      const api = client(env, turns);
      const read = reader(env, { api, token });
      return {
        invoke: async ({ links = [] }, context) => {
          turns.beginInvocation();
          const deadline = { remainingMilliseconds: () => context.getRemainingTimeInMillis() };
          api.beginInvocation(() => true);
          try {
            await read({ links }, deadline);
          } finally {
            await turns.endInvocation();
          }
          return { returned: [], outcomes: {} };
        },
      };
    }
  }
}

const keyOf = ({ onelinkId, shortlinkId }: LinkAddress) => `${onelinkId}/${shortlinkId}`;

import type { Archive } from './archive.ts';
import type { HeldStore } from './held-store.ts';
import type { Buckets } from './object-stores.ts';
import type { ParkedStore } from './parked-store.ts';
import type { QrStore } from './qr-store.ts';

/**
 * The S3 stores for workers whose batches seldom need one. S3's client is the largest of the AWS clients. The bundle
 * keeps it in its own file and loads that file with the first object, so no cold start waits for it.
 */
export function onDemandStores(buckets: Buckets) {
  let loading: Promise<ReturnType<typeof import('./object-stores.ts')['objectStores']>> | undefined;
  const stores = () => {
    loading ??= import('./object-stores.ts').then(({ objectStores }) => objectStores(buckets));
    return loading;
  };
  return {
    archive: {
      addRejected: async (rejected) => (await stores()).archive.addRejected(rejected),
      addExpired: async (line) => (await stores()).archive.addExpired(line),
    } satisfies Pick<Archive, 'addRejected' | 'addExpired'>,
    parked: { add: async (command) => (await stores()).parked.add(command) } satisfies Pick<ParkedStore, 'add'>,
    held: { add: async (command) => (await stores()).held.add(command) } satisfies Pick<HeldStore, 'add'>,
    qrImages: { remove: async (link) => (await stores()).qrImages.remove(link) } satisfies Pick<QrStore, 'remove'>,
  };
}

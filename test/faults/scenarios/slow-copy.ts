import { setTimeout as sleep } from 'node:timers/promises';
import { type Account, takeAccount } from '../agreement/account.ts';
import { dataOf } from '../wire/api-writes.ts';
import type { Treatment } from '../wire/proxy.ts';
import { nameOf, type WireRequest } from '../wire/wire-request.ts';
import type { TestCommand } from '../world/correspondence.ts';
import { faultyPipeline, type Sender } from '../world/faulty-pipeline.ts';
import { workerOf } from './crash-point.ts';

const stallMilliseconds = 6_000;

/** Delays the first update after its lease: a cold worker reads the secret between lease and PUT, and that answer is late. */
class SlowCopy {
  armed = false;
  readonly #leased = new Set<string>();

  treat(request: WireRequest, { invocation, function: name }: Sender): Treatment {
    if (!this.armed || workerOf(name) !== 'link worker') return {};
    if (nameOf(request) === 'dynamodb UpdateItem link') this.#leased.add(invocation);
    if (nameOf(request) !== 'secretsManager GetSecretValue' || !this.#leased.has(invocation)) return {};
    this.armed = false;
    return { stallMilliseconds };
  }
}

/**
 * Of two copies of one update, the first is slow between its lease and its PUT. At that time the other copy and a later update
 * run. The later update must be the final one. No function is killed.
 */
export async function slowCopy(seed: number): Promise<Account> {
  const startedAt = performance.now();
  const injector = new SlowCopy();
  const sizes = { batchSize: 1, concurrency: 4, timeoutSeconds: 24, visibilityTimeoutSeconds: 30 };
  const pipeline = await faultyPipeline({ sizes, injector, proxyApi: true });
  try {
    await pipeline.send([command('create', 'slow-copy-link', 0)]);
    await pipeline.correspondence.settled(60);
    await pipeline.startCold();
    injector.armed = true;
    const update = command('update', 'slow-copy-first', 1);
    await pipeline.send([update, update]);
    await sleep(stallMilliseconds / 2);
    await pipeline.send([command('update', 'slow-copy-later', 2)]);
    await pipeline.correspondence.settled(60);
    await sleep(stallMilliseconds);
    return await takeAccount(pipeline, 'slow copy of an update', seed, startedAt);
  } finally {
    await pipeline.stop();
  }
}

function command(action: 'create' | 'update', requestId: string, second: number): TestCommand {
  return {
    specVersion: '1.0',
    source: 'crm',
    requestId,
    action,
    onelinkId: 'A1b3',
    shortlinkId: 'slow-copy',
    data: dataOf(requestId),
    requestedAt: `2026-03-01T10:00:0${second}Z`,
  };
}

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll } from 'vitest';
import { clientSettings } from './given-engines.ts';

/**
 * A client of the same table whose writes are applied, but whose answers are lost until the last attempt. The client
 * repeats them by itself, as the SDK does.
 */
export async function givenLostAnswers(client: DynamoDBClient): Promise<{ lossy: DynamoDBClient; lost: () => number }> {
  const { protocol, hostname, port } = (await client.config.endpoint?.()) ?? {};
  const inner = client.config.requestHandler;
  type Handle = typeof inner.handle;
  let lost = 0;
  const lossy = new DynamoDBClient({
    ...clientSettings(`${protocol}//${hostname}:${port}`),
    maxAttempts: 2,
    requestHandler: {
      handle: async (...[request, options]: Parameters<Handle>): ReturnType<Handle> => {
        const answered = await inner.handle(request, options);
        const isWrite = /\.(Put|Update)Item$/.test(request.headers['x-amz-target'] ?? '');
        const isRepeat = /attempt=2/.test(request.headers['amz-sdk-request'] ?? '');
        if (!isWrite || isRepeat) return answered;
        lost++;
        // The SDK's own handler reports a reset connection in this way.
        throw Object.assign(new Error('read ECONNRESET'), { name: 'TimeoutError', code: 'ECONNRESET' });
      },
    },
  });
  afterAll(() => lossy.destroy());
  return { lossy, lost: () => lost };
}

import type { SignatureV4 } from '@smithy/signature-v4';
import { signerFor } from './signatures.ts';

type SignerOptions = Parameters<typeof signerFor>[0];

/** How a client of the AWS SDK is made, so that its requests take little CPU time. */
interface LeanOptions {
  /** Builds the chain of middleware once for each kind of request, not for each request. */
  cacheMiddleware: true;
  /** One signer for all requests. By default the SDK makes one for each. */
  signer: () => Promise<SignatureV4>;
}

interface AwsClient {
  readonly config: Pick<SignerOptions, 'credentials' | 'region'>;
  readonly middlewareStack: {
    remove(name: string): boolean;
    add(middleware: typeof withUserAgent, at: { step: 'build'; name: string }): void;
  };
}

/**
 * Middleware of the SDK's clients that the pipeline does without. The first copies each request and answer for a logger, although there
 * is none. The second composes the same user agent anew for each request.
 */
const unused = ['loggerMiddleware', 'getUserAgentMiddleware'];

/** Middleware that sets the user agent of a request. */
function withUserAgent<Args extends { request: unknown }, Result>(next: (args: Args) => Result): typeof next {
  return (args) => {
    (args.request as { headers: Record<string, string> }).headers['user-agent'] = 'onelink-pipeline';
    return next(args);
  };
}

/**
 * A client of the AWS SDK whose requests take less CPU time. Retries, endpoints, credentials and errors are the SDK's own.
 * The document client of lib-dynamodb cannot cache its middleware.
 *
 * @param service its name in signatures, such as `dynamodb`
 * @param further middleware that this service's client does without, too
 */
export function leanClient<Client extends AwsClient>(
  service: string,
  make: (options: LeanOptions) => Client,
  further: readonly string[] = [],
): Client {
  let signer: SignatureV4 | undefined;
  const client = make({
    cacheMiddleware: true,
    signer: async () => {
      const { credentials, region } = client.config;
      signer ??= signerFor({ service, credentials, region });
      return signer;
    },
  });
  for (const name of [...unused, ...further]) {
    if (!client.middlewareStack.remove(name)) throw new Error(`the client of ${service} has no ${name}`);
  }
  client.middlewareStack.add(withUserAgent, { step: 'build', name: 'withUserAgent' });
  return client;
}

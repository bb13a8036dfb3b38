import { type FromEnvInit, fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * Reads the AWS clients' credentials from the environment variables that Lambda sets. It replaces the SDK's search through
 * profiles, SSO and metadata services (lib/constructs/bundle-program.ts), which is a seventh of a bundle.
 */
export function defaultProvider(options?: FromEnvInit): ReturnType<typeof fromEnv> {
  // Read once: credentials do not change during an environment's life, and a client asks before every request.
  let credentials: ReturnType<ReturnType<typeof fromEnv>> | undefined;
  return () => {
    credentials ??= fromEnv(options)();
    return credentials;
  };
}

import { type FromEnvInit, fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * Where the AWS clients find their credentials: in the environment variables that Lambda sets. Takes the place of the SDK's
 * search through profiles, SSO, metadata services and the rest (lib/constructs/bundle-program.ts), a seventh of a bundle.
 */
export function defaultProvider(options?: FromEnvInit): ReturnType<typeof fromEnv> {
  // Read once: they are an environment's for as long as it lives, and a client asks before every request.
  let credentials: ReturnType<ReturnType<typeof fromEnv>> | undefined;
  return () => {
    credentials ??= fromEnv(options)();
    return credentials;
  };
}

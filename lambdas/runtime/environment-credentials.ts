/**
 * Where the AWS clients find their credentials: in the environment variables that Lambda sets. Takes the place of the SDK's
 * search through profiles, SSO, metadata services and the rest (lib/bundle-program.ts), a seventh of a bundle.
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';

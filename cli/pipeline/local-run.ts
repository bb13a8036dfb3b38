import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { configurationSchema } from '../../lib/config/config-schema.ts';
import { OperatorError } from '../words/operator-error.ts';

/** The file in which `npm start -- --keep` writes its endpoints. */
export const localRunFile = new URL('../../.local/endpoints.json', import.meta.url);

const localRunSchema = z.object({
  stackName: z.string(),
  /** All pipelines of the run. */
  stackNames: z.array(z.string()).default([]),
  /** The configuration of the run. */
  configuration: configurationSchema,
  /** Environment variables for AWS's SDKs and CLI. */
  variables: z.record(z.string(), z.string()),
  /** Access keys of callers that have one managed policy each. */
  accessKeys: z.array(z.string()).default([]),
  /** The emulator of the OneLink API. */
  oneLinkApi: z.object({ baseUrl: z.string() }),
});
export type LocalRun = z.infer<typeof localRunSchema>;

/**
 * The environment that directs AWS's SDKs to a local run. An operator who has chosen one of the run's access keys keeps it:
 * any other key in the environment belongs to a real account.
 *
 * @param environment of the process
 */
export function variablesOf(
  { variables, accessKeys }: Pick<LocalRun, 'variables' | 'accessKeys'>,
  { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY }: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  // A token of a real session belongs to other keys.
  const directed = { ...variables, AWS_SESSION_TOKEN: '' };
  if (AWS_ACCESS_KEY_ID === undefined || !accessKeys.includes(AWS_ACCESS_KEY_ID)) return directed;
  return { ...directed, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: AWS_SECRET_ACCESS_KEY ?? '' };
}

/** There is no local run, or its file cannot be read. */
export class NoLocalRun extends OperatorError {
  override readonly name = 'NoLocalRun';
}

/** @throws NoLocalRun */
export function readLocalRun(): LocalRun {
  try {
    return localRunSchema.parse(JSON.parse(readFileSync(localRunFile, 'utf8')));
  } catch {
    throw new NoLocalRun('There is no local run (.local/endpoints.json). Start one with: npm start -- --keep');
  }
}

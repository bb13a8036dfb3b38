import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { configurationSchema } from '../../lib/config/config-schema.ts';
import { OperatorError } from '../words/operator-error.ts';

/** The file in which `npm start -- --keep` writes its endpoints. */
export const localRunFile = new URL('../../.local/endpoints.json', import.meta.url);

const localRunSchema = z.object({
  stackName: z.string(),
  /** The configuration of the run. */
  configuration: configurationSchema,
  /** Environment variables for AWS's SDKs and CLI. */
  variables: z.record(z.string(), z.string()),
  /** The emulator of the OneLink API. */
  oneLinkApi: z.object({ baseUrl: z.string() }),
});
export type LocalRun = z.infer<typeof localRunSchema>;

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

import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { configurationSchema } from '../../lib/config/config-schema.ts';
import { OperatorError } from '../operator-error.ts';

/** Where `npm start -- --keep` says how to reach it. */
export const localRunFile = new URL('../../.local/endpoints.json', import.meta.url);

const localRunSchema = z.object({
  stackName: z.string(),
  /** What the run was made with. */
  configuration: configurationSchema,
  /** To be set in the environment of AWS's SDKs and CLI. */
  variables: z.record(z.string(), z.string()),
  /** The emulator that takes the place of the OneLink API. */
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

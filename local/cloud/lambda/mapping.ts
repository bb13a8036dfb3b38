import { z } from 'zod';
import type { Resource } from '../assembly/deployment.ts';
import type { Clock } from '../clock.ts';
import { type InvocationResult, invokePayloadLimitBytes, type LambdaFunction } from './function.ts';
import { readBatchResponse } from './partial-batch.ts';

/** The implemented properties of `AWS::Lambda::EventSourceMapping` for any source, with Lambda's defaults. */
export const mappingProperties = z.looseObject({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  MaximumBatchingWindowInSeconds: z.coerce.number().min(0).max(300).default(0),
  FunctionResponseTypes: z.array(z.enum(['ReportBatchItemFailures'])).default([]),
  Enabled: z.union([z.boolean(), z.stringbool()]).default(true),
});
export const batchSize = z.coerce.number().int().min(1).max(10_000);

/** An event is `{"Records":[…]}` around its records. */
export const batchLimitBytes = invokePayloadLimitBytes - 20;
export const eventOf = (records: readonly string[]): string => `{"Records":[${records.join(',')}]}`;

export interface MappingParts {
  readonly resource: Resource;
  readonly function: LambdaFunction;
  readonly settings: z.infer<typeof mappingProperties>;
  readonly clock: Clock;
  /** Called if an engine does not answer. */
  readonly onError: (error: unknown) => void;
}

/** An event source mapping of a queue or of a table's stream. */
export abstract class Mapping<Parts extends MappingParts = MappingParts> {
  readonly parts: Parts;
  lastModifiedMilliseconds: number;
  protected enabled: boolean;

  constructor(parts: Parts) {
    this.parts = parts;
    this.lastModifiedMilliseconds = parts.clock.now();
    this.enabled = parts.settings.Enabled;
  }

  abstract get state(): 'Enabling' | 'Enabled' | 'Disabling' | 'Disabled';

  /** Starts to work if the mapping is enabled. */
  abstract start(): void;

  /** Enables or disables the mapping. */
  setEnabled(enabled: boolean): void {
    if (enabled !== this.enabled) this.lastModifiedMilliseconds = this.parts.clock.now();
    this.enabled = enabled;
    this.start();
  }

  /** The items of a batch that the function has not completed, by their IDs. */
  protected failed(result: InvocationResult, ids: readonly string[]): ReadonlySet<string> {
    if (result.outcome !== 'succeeded') return new Set(ids);
    if (!this.parts.settings.FunctionResponseTypes.includes('ReportBatchItemFailures')) return new Set();
    const response = readBatchResponse(result.payload, new Set(ids));
    return response.kind === 'failed' ? new Set(ids) : response.failed;
  }
}

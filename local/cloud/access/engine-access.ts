import type { IncomingHttpHeaders } from 'node:http';
import { localCredentials, secretKeyOf } from '../endpoints.ts';
import type { XmlAnswer } from '../engines/s3-answers.ts';
import type { Call } from './call.ts';
import { type Caller, operator } from './caller.ts';
import { accessKeyIdOf } from './credentials.ts';
import { Guard, type PolicyTerms } from './guard.ts';
import { presignedRefusal } from './presigned.ts';

/** What an engine needs to distinguish callers, and to ask for decisions. */
export interface EngineAccessSettings {
  readonly callers: Readonly<Record<string, Pick<Caller, 'arn' | 'senderId'>>>;
  readonly terms: PolicyTerms;
  readonly region: string;
  /** The URL that decides on a call. */
  readonly decisionsUrl: string;
}

/** The body of a request for a decision. */
export interface Question {
  readonly accessKeyId: string;
  readonly call: Call;
}

interface KnownCaller {
  readonly accessKeyId: string;
  readonly arn: string;
  readonly senderId: string;
}

/** The path at which an engine takes its settings. Until then, it permits everything to everybody. */
export const accessPath = '/_local/access';

/** Distinguishes callers in the process of an engine, and decides on their calls. */
export class EngineAccess {
  #settings: EngineAccessSettings | undefined;
  #guard: Guard | undefined;

  /** @param settings the JSON of `EngineAccessSettings` */
  take(settings: string): void {
    const taken = JSON.parse(settings) as EngineAccessSettings;
    this.#settings = taken;
    this.#guard = new Guard(taken.terms, (accessKeyId, call) => ask(taken.decisionsUrl, { accessKeyId, call }));
  }

  callerOf(headers: IncomingHttpHeaders, url: string): KnownCaller {
    const accessKeyId = accessKeyIdOf(headers, url) ?? localCredentials.accessKeyId;
    const known = this.#settings?.callers[accessKeyId];
    return known === undefined
      ? { accessKeyId: localCredentials.accessKeyId, arn: operator.arn, senderId: operator.senderId }
      : { accessKeyId, arn: known.arn, senderId: known.senderId };
  }

  /** What a presigned request to S3 is refused with. Undefined if it is accepted, or callers are not known yet. */
  presignedRefusal(request: { method: string; url: string; headers: IncomingHttpHeaders }): XmlAnswer | undefined {
    const settings = this.#settings;
    if (settings === undefined) return undefined;
    return presignedRefusal(request, {
      region: settings.region,
      secretOf: (key) => (Object.hasOwn(settings.callers, key) ? secretKeyOf(key) : undefined),
      nowMilliseconds: Date.now(),
    });
  }

  /** Whether the caller may do all of this. `calls` is asked only if permissions are enforced. */
  permits({ accessKeyId }: KnownCaller, calls: (region: string) => readonly Call[]): boolean | Promise<boolean> {
    if (this.#settings === undefined || this.#guard === undefined) return true;
    return this.#guard.permits(accessKeyId, calls(this.#settings.region));
  }
}

async function ask(decisionsUrl: string, question: Question): Promise<boolean> {
  const response = await fetch(decisionsUrl, { method: 'POST', body: JSON.stringify(question) });
  if (!response.ok) throw new Error(`no decision: ${response.status} ${await response.text()}`);
  return (await response.json()) === true;
}

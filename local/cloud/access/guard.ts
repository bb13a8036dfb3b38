import type { Call } from './call.ts';

/** The parts of policies that a decision can depend on beside caller, action and exact resource. */
export interface PolicyTerms {
  /** All patterns of resources in the policies: `arn:aws:s3:::bucket/qr/*`. */
  readonly patterns: readonly string[];
  /** All context keys in the policies' conditions, in lower case. */
  readonly contextKeys: readonly string[];
}

export type Ask = (accessKeyId: string, call: Call) => Promise<boolean>;

/** Whether a resource is one of many under a path: an object of a bucket, or a path of an API. */
export function hasPath(arnOrPattern: string): boolean {
  return arnOrPattern.startsWith('arn:aws:s3:::') || arnOrPattern.startsWith('arn:aws:execute-api:');
}

/**
 * Remembers decisions, so that a request costs a look-up. Objects of a bucket, and paths of an API, share a decision if
 * the same patterns match them.
 */
export class Guard {
  readonly #decisions = new Map<string, boolean | Promise<boolean>>();
  readonly #patterns: readonly RegExp[];
  readonly #contextKeys: ReadonlySet<string>;
  readonly #ask: Ask;

  /** @param ask decides on a call for the first time */
  constructor({ patterns, contextKeys }: PolicyTerms, ask: Ask) {
    this.#patterns = patterns.filter(hasPath).map(matcherOf);
    this.#contextKeys = new Set(contextKeys);
    this.#ask = ask;
  }

  /** Whether the caller may do all of this. It answers at once if it knows. */
  permits(accessKeyId: string, calls: readonly Call[]): boolean | Promise<boolean> {
    const unknown: Promise<boolean>[] = [];
    for (const call of calls) {
      const decision = this.#decide(accessKeyId, call);
      if (decision === false) return false;
      if (decision !== true) unknown.push(decision);
    }
    return unknown.length === 0 || Promise.all(unknown).then((decisions) => !decisions.includes(false));
  }

  #decide(accessKeyId: string, { action, resource, context }: Call): boolean | Promise<boolean> {
    const conditions = Object.entries(context ?? {}).filter(([key]) => this.#contextKeys.has(key.toLowerCase()));
    const key = [accessKeyId, action, this.#signature(resource), ...conditions.flat()].join('\n');
    const known = this.#decisions.get(key);
    if (known !== undefined) return known;
    const asked = this.#ask(accessKeyId, { action, resource, context: Object.fromEntries(conditions) }).then(
      (decision) => {
        this.#decisions.set(key, decision);
        return decision;
      },
      (error) => {
        this.#decisions.delete(key);
        throw error;
      },
    );
    this.#decisions.set(key, asked);
    return asked;
  }

  /** The resource, or for an object or a path what it is in, and the patterns that match it. */
  #signature(resource: string): string {
    if (!hasPath(resource) || !resource.includes('/')) return resource;
    const matching = this.#patterns.map((pattern) => (pattern.test(resource) ? '1' : '0')).join('');
    return `${resource.slice(0, resource.indexOf('/'))}/${matching}`;
  }
}

/** A pattern of IAM: `*` is any text, `?` any character. */
export function matcherOf(pattern: string): RegExp {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`, 's');
}

/** The parts of a request's target that API Gateway distinguishes. None is decoded. */
export interface RequestTarget {
  readonly stage: string;
  /** The path within the stage, as it was sent. It begins with one slash. */
  readonly path: string;
  /** Stage and path, as they were sent. */
  readonly fullPath: string;
  readonly query: string;
}

const wellEscaped = /^(?:[^%]|%[0-9A-Fa-f]{2})*$/;

/**
 * Reads the target of a request line: a path, or a whole URL.
 * @returns undefined if it is neither, or has an invalid escape in its path
 */
export function requestTarget(target: string): RequestTarget | undefined {
  const withoutOrigin = target.replace(/^https?:\/\/[^/?]*/i, '');
  const [before = '', ...after] = withoutOrigin.split('?');
  const fullPath = before === '' && withoutOrigin !== target ? '/' : before;
  if (!fullPath.startsWith('/') || !wellEscaped.test(fullPath)) return undefined;
  const [, stage = '', rest = ''] = /^\/+([^/]*)(.*)$/s.exec(fullPath) ?? [];
  return { stage, path: rest.replace(/^\/*/, '/'), fullPath, query: after.join('?') };
}

/** The parameters of a query, decoded like a form, each with all its values. */
export function queryParameters(query: string): Map<string, string[]> {
  const parameters = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(query)) {
    parameters.set(name, [...(parameters.get(name) ?? []), value]);
  }
  return parameters;
}

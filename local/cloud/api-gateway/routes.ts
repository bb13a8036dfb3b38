import type { Method } from './rest-api.ts';

/** A resource of an API: a node of the tree of its paths. */
export interface ApiResource {
  readonly id: string;
  /** `/v1/{proxy+}` */
  readonly path: string;
  /** `v1`, `{id}` or `{proxy+}`; empty for the root. */
  readonly part: string;
  /** By HTTP method, or `ANY`. */
  readonly methods: Map<string, Method>;
  readonly children: ApiResource[];
}

export interface Match {
  readonly resource: ApiResource;
  /** As they were sent. A greedy parameter has the rest of the path, without slashes at its end. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** The methods that `ANY` stands for. */
const anyMethod = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']);

/**
 * Finds the most specific resource for a path: a fixed part goes before a parameter, and that before a greedy one. Slashes
 * at the end do not count.
 * @param path as it was sent; it begins with a slash
 */
export function match(root: ApiResource, path: string): Match | undefined {
  const trimmed = path.replace(/\/+$/, '').slice(1);
  return find(root, trimmed === '' ? [] : trimmed.split('/'), {});
}

export function methodOf({ methods }: ApiResource, httpMethod: string): Method | undefined {
  return methods.get(httpMethod) ?? (anyMethod.has(httpMethod) ? methods.get('ANY') : undefined);
}

function find(resource: ApiResource, segments: readonly string[], parameters: Match['parameters']): Match | undefined {
  const [segment, ...rest] = segments;
  if (segment === undefined) return resource.methods.size > 0 ? { resource, parameters } : undefined;
  const fixed = resource.children.find(({ part }) => part === segment);
  const found = fixed && find(fixed, rest, parameters);
  if (found) return found;
  for (const child of resource.children) {
    const [, name, greedy] = /^\{([^}+]+)(\+?)\}$/.exec(child.part) ?? [];
    if (name === undefined || segment === '') continue;
    if (greedy === '+') continue;
    const deeper = find(child, rest, { ...parameters, [name]: segment });
    if (deeper) return deeper;
  }
  for (const child of resource.children) {
    const [, name] = /^\{([^}+]+)\+\}$/.exec(child.part) ?? [];
    if (name === undefined || child.methods.size === 0) continue;
    return { resource: child, parameters: { ...parameters, [name]: segments.join('/') } };
  }
  return undefined;
}

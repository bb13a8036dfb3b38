type Matcher = (value: unknown) => boolean;

/**
 * Compiles an event pattern's JSON to a function that returns whether an event passes a mapping's filter. It supports
 * exact values, `prefix` and `exists`.
 * @throws with the path in the pattern, for an unsupported comparison and for an invalid pattern
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function compilePattern(json: string): Matcher {
  const pattern: unknown = JSON.parse(json);
  return isRecord(pattern) ? compileFields(pattern, '$') : refuse('$', 'must be an object');
}

/** All fields must match. */
function compileFields(pattern: Readonly<Record<string, unknown>>, path: string): Matcher {
  const fields = Object.entries(pattern).map(([name, node]) => {
    if (name === '$or') return refuse(`${path}.${name}`, 'this comparison is not implemented here');
    const matches = isRecord(node) ? compileFields(node, `${path}.${name}`) : compileValues(node, `${path}.${name}`);
    return (event: unknown) => matches(isRecord(event) && Object.hasOwn(event, name) ? event[name] : undefined);
  });
  if (fields.length === 0) refuse(path, 'must not be empty');
  const all: Matcher = (event) => fields.every((matches) => matches(event));
  return (event) => (Array.isArray(event) ? event.some(all) : all(event));
}

/** One of the values must match. For a list in the event, one entry must match. */
function compileValues(node: unknown, path: string): Matcher {
  if (!Array.isArray(node) || node.length === 0) return refuse(path, 'must be an object, or a list that is not empty');
  const values = node.map((entry, index) => compileValue(entry, `${path}[${index}]`));
  return (event) => {
    const entries: unknown[] = Array.isArray(event) && event.length > 0 ? event : [event];
    // Comparisons apply to plain values only: `exists` is false for an object, as in EventBridge.
    return entries.some((entry) =>
      values.some((matches) => matches(typeof entry === 'object' && entry ? undefined : entry)),
    );
  };
}

function compileValue(entry: unknown, path: string): Matcher {
  if (Array.isArray(entry)) return refuse(path, 'must be a value or a comparison');
  if (!isRecord(entry)) return (value) => value === entry;
  const [name = '', ...others] = Object.keys(entry);
  if (others.length > 0) return refuse(path, 'must be one comparison');
  const compile = Object.hasOwn(comparisons, name) ? comparisons[name] : undefined;
  return (
    compile?.(entry[name], `${path}.${name}`) ?? refuse(`${path}.${name}`, 'this comparison is not implemented here')
  );
}

const comparisons: Readonly<Record<string, (argument: unknown, path: string) => Matcher>> = {
  exists: (argument, path) => {
    if (typeof argument !== 'boolean') return refuse(path, 'must be true or false');
    return (value) => (value !== undefined) === argument;
  },
  prefix: (argument, path) => {
    if (typeof argument !== 'string') return refuse(path, 'must be a text');
    return (value) => typeof value === 'string' && value.startsWith(argument);
  },
};

function refuse(path: string, why: string): never {
  throw new Error(`${path}: ${why}`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

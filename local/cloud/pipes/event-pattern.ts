type Matcher = (value: unknown) => boolean;

/**
 * Makes a function of an event pattern's JSON: what matches it passes a pipe's filter. Known are the comparisons that
 * EventBridge Pipes has, except those of IP addresses.
 * @throws with the path in the pattern, for a comparison that is not known and for what is no pattern
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function compilePattern(json: string): Matcher {
  const pattern: unknown = JSON.parse(json);
  return isRecord(pattern) ? compileFields(pattern, '$') : refuse('$', 'must be an object');
}

/** All fields must match. */
function compileFields(pattern: Readonly<Record<string, unknown>>, path: string): Matcher {
  const fields = Object.entries(pattern).map(([name, node]) => {
    if (name === '$or') return compileEither(node, `${path}.${name}`);
    const matches = isRecord(node) ? compileFields(node, `${path}.${name}`) : compileValues(node, `${path}.${name}`);
    return (event: unknown) => matches(isRecord(event) && Object.hasOwn(event, name) ? event[name] : undefined);
  });
  if (fields.length === 0) refuse(path, 'must not be empty');
  const all: Matcher = (event) => fields.every((matches) => matches(event));
  return (event) => (Array.isArray(event) ? event.some(all) : all(event));
}

function compileEither(node: unknown, path: string): Matcher {
  if (!Array.isArray(node) || node.length === 0) return refuse(path, 'must be a list of patterns');
  const patterns = node.map((entry, index) =>
    isRecord(entry) ? compileFields(entry, `${path}[${index}]`) : refuse(`${path}[${index}]`, 'must be an object'),
  );
  return (event) => patterns.some((matches) => matches(event));
}

/** One of the values must match, and of a list in the event one entry. */
function compileValues(node: unknown, path: string): Matcher {
  if (!Array.isArray(node) || node.length === 0) return refuse(path, 'must be an object, or a list that is not empty');
  const values = node.map((entry, index) => compileValue(entry, `${path}[${index}]`));
  return (event) => {
    const entries: unknown[] = Array.isArray(event) && event.length > 0 ? event : [event];
    // Comparisons see values, not what holds values: `exists` is false for an object, as in EventBridge.
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
  return compile?.(entry[name], `${path}.${name}`) ?? refuse(`${path}.${name}`, 'this comparison is not known here');
}

const comparisons: Readonly<Record<string, (argument: unknown, path: string) => Matcher>> = {
  exists: (argument, path) => {
    if (typeof argument !== 'boolean') return refuse(path, 'must be true or false');
    return (value) => (value !== undefined) === argument;
  },
  prefix: (argument, path) => compareText(argument, path, (value, text) => value.startsWith(text)),
  suffix: (argument, path) => compareText(argument, path, (value, text) => value.endsWith(text)),
  'equals-ignore-case': (argument, path) =>
    compareText({ 'equals-ignore-case': argument }, path, (value, text) => value === text),
  'anything-but': (argument, path) => {
    const excluded: unknown[] = Array.isArray(argument) ? argument : [argument];
    // Event buses know `anything-but` with a prefix and the like; pipes do not.
    if (excluded.length === 0 || !excluded.every((entry) => typeof entry === 'string' || typeof entry === 'number')) {
      return refuse(path, 'must be a text, a number or a list of them');
    }
    return (value) => value !== undefined && !excluded.some((entry) => entry === value);
  },
  numeric: (argument, path) => {
    if (!Array.isArray(argument) || ![2, 4].includes(argument.length)) {
      return refuse(path, 'must be a list of one or two relations, each with a number');
    }
    const parts: unknown[] = argument;
    const bounds = [0, 2]
      .filter((first) => first < parts.length)
      .map((first) => {
        const relation = relations[String(parts[first])];
        const bound = parts[first + 1];
        if (!relation || typeof bound !== 'number')
          return refuse(`${path}[${first}]`, 'must be <, <=, =, >= or >, and a number');
        return (value: number) => relation(value, bound);
      });
    return (value) => typeof value === 'number' && bounds.every((within) => within(value));
  },
};

const relations: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '=': (value, bound) => value === bound,
  '>=': (value, bound) => value >= bound,
  '>': (value, bound) => value > bound,
};

/** @param argument a text, or `{ "equals-ignore-case": text }` */
function compareText(argument: unknown, path: string, compare: (value: string, text: string) => boolean): Matcher {
  const ignoreCase = isRecord(argument) && Object.keys(argument).join() === 'equals-ignore-case';
  const text: unknown = ignoreCase ? argument['equals-ignore-case'] : argument;
  if (typeof text !== 'string') return refuse(path, 'must be a text');
  const fold = (value: string) => (ignoreCase ? value.toLowerCase() : value);
  return (value) => typeof value === 'string' && compare(fold(value), fold(text));
}

function refuse(path: string, why: string): never {
  throw new Error(`${path}: ${why}`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

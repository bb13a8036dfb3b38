/** The datapoint of each metric at one moment, by the metric's ID. Undefined if there is none. */
export type Datapoints = Readonly<Record<string, number | undefined>>;

/** A parsed CloudWatch metric math expression. It is evaluated datapoint by datapoint. */
export interface Expression {
  /** The IDs that it refers to. */
  readonly ids: readonly string[];
  /** Undefined if a datapoint that it needs is missing. */
  evaluate(datapoints: Datapoints): number | undefined;
}

type Evaluate = Expression['evaluate'];

const tokenPattern = /\s*(\d+(?:\.\d+)?|[A-Za-z_][A-Za-z0-9_]*|<=|>=|==|!=|&&|\|\||[-+*/^(),<>[\]])/y;

/** From weakest to strongest. Comparisons and logical operators return 1 or 0, as in CloudWatch. */
const operators: readonly Readonly<Record<string, (left: number, right: number) => number>>[] = [
  { '||': (left, right) => Number(left !== 0 || right !== 0), OR: (left, right) => Number(left !== 0 || right !== 0) },
  { '&&': (left, right) => Number(left !== 0 && right !== 0), AND: (left, right) => Number(left !== 0 && right !== 0) },
  {
    '<': (left, right) => Number(left < right),
    '>': (left, right) => Number(left > right),
    '<=': (left, right) => Number(left <= right),
    '>=': (left, right) => Number(left >= right),
    '==': (left, right) => Number(left === right),
    '!=': (left, right) => Number(left !== right),
  },
  { '+': (left, right) => left + right, '-': (left, right) => left - right },
  { '*': (left, right) => left * right, '/': (left, right) => left / right },
  { '^': (left, right) => left ** right },
];

/** Over the existing datapoints: missing ones of several metrics do not count. */
const aggregates: Readonly<Record<string, (values: readonly number[]) => number>> = {
  SUM: (values) => values.reduce((sum, value) => sum + value, 0),
  AVG: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  MIN: (values) => Math.min(...values),
  MAX: (values) => Math.max(...values),
};

/**
 * Parses an expression: numbers, metric IDs, `+ - * / ^`, comparisons, AND and OR, and parentheses. Its functions are
 * `IF`, `FILL` with a number, `ABS`, `CEIL`, `FLOOR`, and `SUM`, `AVG`, `MIN`, `MAX` over a list such as `[m1, m2]`.
 * @throws for anything else, with its name
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export function parseExpression(source: string): Expression {
  const tokens = tokenize(source);
  const ids = new Set<string>();
  let position = 0;
  const peek = () => tokens[position];
  const take = () => tokens[position++] ?? fail('it ends too early');
  const fail = (why: string): never => {
    throw new Error(`the expression ${source} is not implemented here: ${why}`);
  };
  const expect = (token: string) => {
    const got = take();
    if (got !== token) fail(`${token} expected, not ${got}`);
  };

  const binary = (level: number): Evaluate => {
    const known = operators[level];
    if (!known) return unary();
    let left = binary(level + 1);
    for (let operator = known[peek() ?? '']; operator; operator = known[peek() ?? '']) {
      take();
      left = combine(operator, left, binary(level + 1));
    }
    return left;
  };
  const unary = (): Evaluate => {
    if (peek() !== '-') return primary();
    take();
    const operand = unary();
    return combine(
      (zero, value) => zero - value,
      () => 0,
      operand,
    );
  };
  const primary = (): Evaluate => {
    const token = take();
    if (token === '(') {
      const inner = binary(0);
      expect(')');
      return inner;
    }
    if (/^\d/.test(token)) return () => Number(token);
    if (!/^[A-Za-z_]/.test(token)) return fail(`${token} is out of place`);
    if (peek() === '(') return call(token.toUpperCase());
    ids.add(token);
    return (datapoints) => datapoints[token];
  };
  const call = (name: string): Evaluate => {
    expect('(');
    const aggregate = aggregates[name];
    if (aggregate) {
      if (peek() !== '[') fail(`${name} of one metric is one number for the whole time`);
      take();
      const values = list(']');
      expect(')');
      return (datapoints) => {
        const existing = values.map((value) => value(datapoints)).filter((value) => value !== undefined);
        return existing.length === 0 ? undefined : aggregate(existing);
      };
    }
    const [first = none, second = none, third = none, ...more] = list(')');
    const count = [first, second, third].filter((argument) => argument !== none).length + more.length;
    if (name === 'IF' && count === 3) {
      return (datapoints) => {
        const condition = first(datapoints);
        if (condition === undefined) return undefined;
        return condition !== 0 ? second(datapoints) : third(datapoints);
      };
    }
    if (name === 'FILL' && count === 2) return (datapoints) => first(datapoints) ?? second(datapoints);
    const rounding = { ABS: Math.abs, CEIL: Math.ceil, FLOOR: Math.floor }[name];
    if (rounding && count === 1) return combine((value) => rounding(value), first, first);
    return fail(`the function ${name} with ${count} arguments is not implemented`);
  };
  const list = (end: string): Evaluate[] => {
    const entries = [binary(0)];
    while (peek() === ',') {
      take();
      entries.push(binary(0));
    }
    expect(end);
    return entries;
  };

  const evaluate = binary(0);
  if (position < tokens.length) fail(`${peek()} is out of place`);
  // FILL's REPEAT and LINEAR read other moments.
  for (const id of ids) if (/^[A-Z]/.test(id)) fail(`${id} is not the ID of a metric`);
  return { ids: [...ids], evaluate };
}

const none: Evaluate = () => undefined;

/** A division by zero has no result. CloudWatch drops that datapoint. */
function combine(operator: (left: number, right: number) => number, left: Evaluate, right: Evaluate): Evaluate {
  return (datapoints) => {
    const [first, second] = [left(datapoints), right(datapoints)];
    if (first === undefined || second === undefined) return undefined;
    const result = operator(first, second);
    return Number.isFinite(result) ? result : undefined;
  };
}

function tokenize(source: string): string[] {
  const tokens: string[] = [];
  tokenPattern.lastIndex = 0;
  const text = source.trimEnd();
  while (tokenPattern.lastIndex < text.length) {
    const from = tokenPattern.lastIndex;
    const token = tokenPattern.exec(text)?.[1];
    if (token === undefined) throw new Error(`the expression ${source} is not implemented here: ${text.slice(from)}`);
    tokens.push(token);
  }
  return tokens;
}

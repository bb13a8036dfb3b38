import { jsonOf } from '../services/wire.ts';

const term = /\s*\$\.([A-Za-z_]\w*)\s*=\s*("(?:[^"\\]|\\.)*")\s*(&&|\}\s*$)/y;

/**
 * Compiles a filter pattern of CloudWatch Logs: `{ $.requestId = "…" && $.source = "…" }`. It compares fields of a JSON
 * object with texts, joined by `&&`. Every line passes an empty pattern.
 * @returns a function that returns whether a line passes
 * @throws for any other pattern
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function compileFilter(pattern: string): (line: string) => boolean {
  const text = pattern.trim();
  if (text === '') return () => true;
  const fields: (readonly [name: string, value: string])[] = [];
  term.lastIndex = 1;
  for (let joint = '&&'; joint === '&&'; ) {
    const [, name, quoted = '', next = ''] = (text.startsWith('{') && term.exec(text)) || [];
    // In CloudWatch, an asterisk matches any text.
    if (name === undefined || quoted.includes('*')) {
      throw new Error(
        `the filter pattern ${pattern} is not implemented here, only { $.field = "text" && $.other = "text" } is`,
      );
    }
    fields.push([name, JSON.parse(quoted)]);
    joint = next;
  }
  return (line) => {
    // Most lines do not pass. This check is cheaper than parsing each line. Without escapes, a line contains the value
    // unchanged.
    if (!line.includes('\\') && !fields.every(([, value]) => line.includes(value))) return false;
    const record = jsonOf(line);
    return isRecord(record) && fields.every(([name, value]) => record[name] === value);
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

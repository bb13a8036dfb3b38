import { wireJson, wireText } from '../../lambdas/domain/wire-json.ts';

/** One message of a file: the body as it will be sent. */
export interface FileMessage {
  /** From 1: the line, or the place in a JSON array. */
  line: number;
  body: string;
  /** Why the pipeline will refuse it unread, if so. Never quotes the body: it is confidential. */
  fault?: string;
}

/**
 * Reads messages from NDJSON (one a line, blank lines left out), from a JSON array, or from a single JSON object over
 * several lines. In NDJSON each line is a body as it stands, whether it is JSON or not. Only the characters that SQS does not
 * take are escaped.
 */
export function readMessages(text: string): FileMessage[] {
  const whole = jsonOf(text);
  if (Array.isArray(whole.json)) {
    return whole.json.map((item, index) => checked({ line: index + 1, body: wireJson(item) }));
  }
  if (whole.json !== undefined) return [checked({ line: 1, body: wireJson(whole.json) })];
  return text
    .split(/\r?\n/)
    .map((line, index) => ({ line: index + 1, body: wireText(line) }))
    .filter(({ body }) => body.trim() !== '')
    .map(checked);
}

function checked(message: FileMessage): FileMessage {
  const { json, fault } = jsonOf(message.body);
  if (fault !== undefined) return { ...message, fault };
  const isObject = typeof json === 'object' && json !== null && !Array.isArray(json);
  return isObject ? message : { ...message, fault: 'is not a JSON object' };
}

function jsonOf(text: string): { json?: unknown; fault?: string } {
  try {
    return { json: JSON.parse(text) as unknown };
  } catch (error) {
    // The rest of the engine's message is an excerpt.
    const position = error instanceof SyntaxError ? /at position (\d+)/.exec(error.message)?.[1] : undefined;
    const where = position === undefined ? '' : ` (column ${Number(position) + 1})`;
    return { fault: `is not JSON${where}` };
  }
}

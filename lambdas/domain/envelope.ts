import { isObject } from './json-object.ts';

/**
 * Finds the command inside what a queue delivers. Producers may send it bare, as the `detail` of an EventBridge event,
 * as the `data` of a CloudEvent (structured mode), or inside an SNS notification; an SNS notification may in turn
 * hold one of the others.
 *
 * @returns the raw command, or undefined when the body is not JSON (an SNS notification's message included).
 */
export function openEnvelope(body: string): { command: unknown } | undefined {
  const outer = parse(body);
  if (outer === undefined) return undefined;
  if (isObject(outer.json) && outer.json.Type === 'Notification' && typeof outer.json.Message === 'string') {
    const inner = parse(outer.json.Message);
    return inner && { command: unwrapEvent(inner.json) };
  }
  return { command: unwrapEvent(outer.json) };
}

function unwrapEvent(json: unknown): unknown {
  if (!isObject(json)) return json;
  if ('detail-type' in json && 'detail' in json) return json.detail;
  // The attribute is `specversion` in CloudEvents 1.0, all lower case; a bare command's is `specVersion`.
  if (typeof json.specversion !== 'string') return json;
  if (typeof json.data === 'string') return parse(json.data)?.json;
  if (typeof json.data_base64 === 'string')
    return parse(Buffer.from(json.data_base64, 'base64').toString('utf8'))?.json;
  return json.data;
}

function parse(text: string): { json: unknown } | undefined {
  try {
    return { json: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

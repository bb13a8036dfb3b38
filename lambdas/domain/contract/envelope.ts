import type { Fault } from './fault.ts';
import { isObject } from './json-object.ts';
import { type JsonLoss, readJson } from './json-reading.ts';

/** The content of a message's envelope. */
export interface OpenedMessage {
  /** The raw command, or undefined if there is none. */
  command: Record<string, unknown> | undefined;
  /** The faults of the text: why it has no command, or which parts would be lost. */
  faults: Fault[];
}

/** A part of a message's JSON, and the path to it. */
interface Found {
  json: unknown;
  losses: JsonLoss[];
  inside: readonly string[];
  /** The path to the text in the message's own JSON, if the JSON is inside a text. */
  under: readonly string[];
  /** Its name in the fault message if it is not an object. */
  what: string;
}

/**
 * Finds the command in a message. Producers may send it bare, as the `detail` of an EventBridge event, as the `data` of
 * a CloudEvent (structured mode), or in an SNS notification. An SNS notification may contain any of the others.
 */
export function openEnvelope(body: string): OpenedMessage {
  const outer = read(body, 'the message', '', []);
  if (!('json' in outer)) return outer;
  const { json, losses } = outer;
  if (!isObject(json) || isBare(json)) return openEvent(outer);
  if (json.Type === 'SubscriptionConfirmation' || json.Type === 'UnsubscribeConfirmation') {
    return refused('Type', 'value', 'is a confirmation of SNS, which contains no command');
  }
  if (json.Type !== 'Notification') return openEvent(outer);
  if (typeof json.Message !== 'string') {
    return refused('Message', 'required', 'the notification has no Message as text: put the command there, as JSON');
  }
  const inner = read(json.Message, 'the notification’s Message', 'Message', ['Message']);
  if (!('json' in inner)) return inner;
  const { command, faults } = openEvent(inner);
  return { command, faults: [...lossFaults(losses, { under: [] }), ...faults] };
}

/** The command in a text that may have no envelope. */
export function readBareCommand(text: string): OpenedMessage {
  const found = read(text, 'the command', '', []);
  return 'json' in found ? commandAt(found) : found;
}

const isEventBridgeEvent = (json: Record<string, unknown>) =>
  'detail-type' in json && ('detail' in json || !isBare(json));

/** Whether the object has fields that only a command has. */
const isBare = (json: Record<string, unknown>) => 'requestId' in json || 'onelinkId' in json;

function openEvent(message: Found): OpenedMessage {
  const { json, losses, under } = message;
  if (!isObject(json)) return commandAt(message);
  if (isEventBridgeEvent(json)) {
    if (!('detail' in json)) {
      return refused('detail', 'required', 'the EventBridge event has no detail: put the command there');
    }
    return commandAt({ json: json.detail, losses, inside: ['detail'], under, what: 'the EventBridge event’s detail' });
  }
  // CloudEvents 1.0 writes `specversion`, a bare command `specVersion`. A command that writes it in lower case still
  // has a command's other fields, whose capitals no CloudEvent may have.
  if (typeof json.specversion !== 'string' || isBare(json)) return commandAt(message);
  const what = 'the CloudEvent’s data';
  const [data, base64] = [json.data ?? undefined, json.data_base64 ?? undefined];
  if (data !== undefined && base64 !== undefined) {
    return refused('data_base64', 'duplicate', 'the CloudEvent has data as well, and one of the two would be lost');
  }
  if (data === undefined && base64 === undefined) {
    return refused('data', 'required', 'the CloudEvent has no data: put the command there');
  }
  if (base64 === undefined && typeof data !== 'string')
    return commandAt({ json: data, losses, inside: ['data'], under, what });
  const text = base64 === undefined ? data : textOfBase64(base64);
  const path = base64 === undefined ? 'data' : 'data_base64';
  if (typeof text !== 'string') return refused(path, 'encoding', 'must be base64 of UTF-8 text');
  const inner = read(text, what, path, [...under, path]);
  if (!('json' in inner)) return inner;
  const { command, faults } = commandAt(inner);
  return { command, faults: [...lossFaults(losses, { under }), ...faults] };
}

function commandAt({ json, losses, inside, under, what }: Found): OpenedMessage {
  if (isObject(json)) return { command: json, faults: lossFaults(losses, { inside, under }) };
  const remedy = typeof json === 'string' ? ', not in quotes' : '';
  return refused(inside.join('.'), 'type', `${what} must be one command: a JSON object${remedy}`);
}

function read(text: string, what: string, path: string, under: readonly string[]): Found | OpenedMessage {
  const reading = readJson(text);
  if ('problem' in reading) return refused(path, 'json', `${what} ${reading.problem}`);
  return { ...reading, inside: [], under, what };
}

const refused = (path: string, rule: string, message: string): OpenedMessage => ({
  command: undefined,
  faults: [{ path, rule, message }],
});

/** The decoded text, or undefined if decoding would lose any of it. */
function textOfBase64(base64: unknown): string | undefined {
  if (typeof base64 !== 'string') return undefined;
  const bytes = Buffer.from(base64, 'base64');
  const plain = base64.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '');
  if (bytes.toString('base64').replace(/=+$/, '') !== plain) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * The faults of losses in a command, and of duplicate names in its envelope, where the producer's intent is unclear.
 *
 * @param inside the path to the command, or undefined if the command is a text in this JSON
 */
function lossFaults(
  losses: JsonLoss[],
  { inside, under }: { inside?: readonly string[]; under: readonly string[] },
): Fault[] {
  return losses.flatMap(({ kind, path }): Fault[] => {
    const isInside =
      inside !== undefined && path.length > inside.length && inside.every((name, index) => path[index] === name);
    const own = isInside ? path.slice(inside.length) : ['envelope', ...under, ...path];
    const fault = { path: own.join('.'), rule: kind };
    if (kind === 'duplicate') return [{ ...fault, message: 'occurs more than once, and all but one would be lost' }];
    const message = isInside ? numberMessage(own) : undefined;
    return message === undefined ? [] : [{ ...fault, message }];
  });
}

/** The remedy for a number that would change, or undefined where a number is refused anyway. */
function numberMessage([field, name, ...deeper]: readonly string[]): string | undefined {
  if (deeper.length > 0) return undefined;
  if (field === 'data' && name !== undefined) {
    return 'this number would change before it is sent: write it as text, in quotes';
  }
  if (field === 'ttl' && name === undefined) return 'must be written in digits only, or as text such as "14d"';
  if (field === 'qr' && name === 'size') return 'must be written in digits only, such as 300';
  return undefined;
}

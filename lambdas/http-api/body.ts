import { type OpenedMessage, readBareCommand } from '../domain/contract/envelope.ts';
import { isObject } from '../domain/contract/json-object.ts';
import { readJson } from '../domain/contract/json-reading.ts';
import { isJsonBody } from '../domain/http/headers.ts';
import { elementsOf } from '../domain/http/json-list.ts';
import { HttpProblem } from '../domain/http/problem.ts';
import type { Call } from './call.ts';

/** SQS's limit for a message, and ours for a body (SQS quotas). */
export const mostBodyBytes = 1_048_576;
/** Commands in one list. */
export const mostCommands = 100;

const severalTypes = 'The Content-Type came more than once. Send Content-Type: application/json once.';

/** The commands of a body, not checked yet. */
export interface ReadBody {
  isList: boolean;
  commands: OpenedMessage[];
}

/** @throws HttpProblem if the body is no JSON of one command, or of 1 to 100 */
export function readBody({ body, header }: Pick<Call, 'body' | 'header'>): ReadBody {
  const types = header('content-type');
  if (!isJsonBody(types))
    throw new HttpProblem('unsupported-media-type', types.length > 1 ? { detail: severalTypes } : {});
  if (Buffer.byteLength(body) > mostBodyBytes) throw new HttpProblem('body-too-large');
  const reading = readJson(body);
  if ('problem' in reading) throw new HttpProblem('invalid-json', { detail: `The body ${reading.problem}.` });
  const { json } = reading;
  if (!Array.isArray(json)) {
    if (!isObject(json)) throw new HttpProblem('invalid-json');
    return { isList: false, commands: [readBareCommand(body)] };
  }
  if (json.length === 0 || json.length > mostCommands) throw new HttpProblem('invalid-json');
  return { isList: true, commands: elementsOf(body).map(readBareCommand) };
}

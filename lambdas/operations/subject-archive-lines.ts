import { openEnvelope } from '../domain/contract/envelope.ts';
import { isObject } from '../domain/contract/json-object.ts';
import type { Persons } from './subject-persons.ts';

/**
 * Whether a line of the archive concerns the persons. It is a rejected, parked, held or quarantined command, or the history of a
 * link. Of a line that is no JSON, only a readable field `subject` shows it.
 */
export function isLineOf(line: string, persons: Persons): boolean {
  const json = jsonOf(line);
  if (!isObject(json)) return persons.isNamedIn(line);
  if (persons.isDigest(json.subject) || persons.isLink(json.onelinkId, json.shortlinkId)) return true;
  if (persons.isRequest(json.source, json.requestId)) return true;
  return typeof json.body === 'string' && isBodyOf(json.body, persons);
}

/** Whether a command concerns the persons, by its subject, its request or its link. */
function isBodyOf(body: string, persons: Persons): boolean {
  const { command } = openEnvelope(body);
  if (command === undefined) return persons.isNamedIn(body);
  const { subject, source, requestId, onelinkId, shortlinkId } = command;
  return persons.isName(subject) || persons.isRequest(source, requestId) || persons.isLink(onelinkId, shortlinkId);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { identityOf } from '../../../lambdas/domain/contract/command-reading.ts';
import { objectIn } from '../../../lambdas/domain/contract/object-text.ts';
import { messageIdForm } from '../../../lambdas/domain/contract/original-message.ts';
import { parkedCommandSchema } from '../../../lambdas/domain/contract/parked-command.ts';
import { repaired } from '../../../lambdas/domain/contract/repaired-command.ts';

/** The readable fields of a line in quarantine, and what is wrong with the line. It holds no value of a link. */
export interface Inspection {
  source: string | null;
  requestId: string | null;
  action: string | null;
  messageId: string | null;
  why: string;
}

const printable = /^[!-~]{1,128}$/;
const shown = (value: unknown) => (typeof value === 'string' && printable.test(value) ? value : null);

/** @param lane the lane in whose folder the line is */
export function inspect(line: string, lane: string): Inspection {
  const json = objectIn(line);
  if (json === undefined) return { ...rest(line), why: 'is not a JSON object: cut off, or not written by a worker' };
  const command = typeof json.body === 'string' ? objectIn(json.body) : undefined;
  const asked = command && identityOf(command);
  const messageId = shown(json.messageId);
  return {
    source: shown(asked?.source ?? json.source),
    requestId: shown(asked?.requestId ?? json.requestId),
    action: shown(asked?.action),
    messageId: messageId !== null && messageIdForm.test(messageId) ? messageId : null,
    why: whyOf(line, json, lane),
  };
}

function whyOf(line: string, json: Record<string, unknown>, lane: string): string {
  const found = parkedCommandSchema.safeParse(json);
  if (found.success) return 'can be read: release parks it again';
  if (json.v !== 1) {
    return Number.isInteger(json.v) ? `has version ${json.v}, which this release cannot read` : 'has no version';
  }
  const fields = [...new Set(found.error.issues.map(({ path }) => String(path[0])))];
  const broken = `has no valid ${fields.join(', ')}`;
  return repaired(line, lane) === undefined ? broken : `${broken}: release repairs it`;
}

/** The fields of a line that is cut off. They come before the body, in which every quotation mark is escaped. */
function rest(line: string): Omit<Inspection, 'why'> {
  const field = (name: string) => shown(new RegExp(`"${name}":"([^"\\\\]*)"`).exec(line)?.[1]);
  return { source: field('source'), requestId: field('requestId'), action: null, messageId: field('messageId') };
}

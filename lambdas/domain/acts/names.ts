import { hash } from 'node:crypto';

/** Names of permissions to act, which the infrastructure and the operations function share. */

/**
 * A permission is an alias of the operations function. IAM lets a caller invoke the aliases that its policies name. The
 * function reads from its own ARN which alias was invoked.
 */
export type Permission = 'operate' | 'purge' | 'support' | 'privacy' | `campaigns-${string}`;

/** The permissions that do not depend on a producer. */
export const commonPermissions = ['operate', 'purge', 'support', 'privacy'] as const satisfies readonly Permission[];

/** Lambda's limit for the name of an alias (CreateAlias). */
const longestAlias = 128;

/** The permission to approve, pause, resume, cancel and retire the campaigns of one producer. */
export function campaignsPermission(source: string): Permission {
  const name = `campaigns-${pascalSource(source)}` as const;
  return name.length <= longestAlias ? name : `campaigns-${hash('sha256', source, 'hex')}`;
}

/**
 * A source's name in PascalCase, of letters and digits only: `crm-eu` → `CrmEu`. No two sources share one. A `z` that
 * becomes a capital is written as `Zz`. Every other character is written as `Z` and two hexadecimal digits: `crm.eu` → `CrmZ2eeu`.
 */
export const pascalSource = (source: string) =>
  (/^[a-z]/.test(source) ? `-${source}` : source).replaceAll(
    /-([a-z])|[^a-z0-9]/g,
    (sign: string, letter: string | undefined) => {
      if (letter === undefined) return `Z${sign.charCodeAt(0).toString(16).padStart(2, '0')}`;
      return letter === 'z' ? 'Zz' : letter.toUpperCase();
    },
  );

/** The source that {@link pascalSource} has spelt. */
export const sourceOfPascal = (name: string) =>
  name
    .replaceAll(/Z([0-9a-f]{2})|Zz|[A-Y]/g, (sign: string, code: string | undefined) =>
      code === undefined ? `-${sign.slice(-1).toLowerCase()}` : String.fromCharCode(Number.parseInt(code, 16)),
    )
    .replace(/^-/, '');

/** The acts that a browser can start: an SSM document each. */
export const documentActs = ['pause', 'resume', 'replay', 'redrive'] as const;
export type DocumentAct = (typeof documentActs)[number];

/** How the names of a pipeline's SSM documents begin: `OneLink-production-`. */
export const documentPrefix = (serviceName: string) => `${serviceName}-`;

/** The parameters of these documents. */
export const documentParameter = { lane: 'Lane', queue: 'Queue', limit: 'Limit', reason: 'Reason' } as const;

/** The value of `Lane` that stands for each lane, the QR codes and the expiry checks. */
export const allLanes = 'all';

/** The queue of outcomes that SNS could not post, as a value of `Queue` names it. */
export const deliveriesName = 'deliveries';

/**
 * A value of `Queue`: a name for people and the queue's URL, with a blank between. A dead-letter queue's own URL if the name is
 * {@link deliveriesName}.
 */
export const queueChoice = (name: string, url: string) => `${name} ${url}`;

/** Messages per second of a redrive from a browser: the default of the command line. */
export const documentRedrivePerSecond = 20;

/** How many dead letters one execution may send back. At 20 a second, a part of 20 seconds has time for 400. */
export const redriveLimits = ['1', '10', '100', '400'] as const;

/** The prefix of audit records in the audit bucket. */
export const auditPrefix = 'audit/';

/** Metrics of the operations function. Their only dimension is the pipeline. */
export const actMetric = {
  /** Acts that were carried out, or failed after they had begun. */
  actPerformed: 'ActPerformed',
  /** Calls that had no permission, no proof of their caller, or no form that the function knows. */
  actRefused: 'ActRefused',
  /** Records that could not be written, to the bucket or to the log group. */
  auditFailed: 'AuditFailed',
} as const;

/** A reason's length. It is shown on one line. */
export const longestReason = 500;

/** Control characters, invisible ones, line ends, and code points for private use, as the inside of a character class. */
const unseen =
  '\\u0000-\\u001F\\u007F-\\u009F\\u00AD\\u0600-\\u0605\\u061C\\u06DD\\u070F\\u08E2\\u180E\\u200B-\\u200F\\u2028-\\u202E' +
  '\\u2060-\\u206F\\uD800-\\uDFFF\\uE000-\\uF8FF\\uFEFF\\uFFF9-\\uFFFF';
const blanks = '\\u0020\\u00A0\\u1680\\u2000-\\u200A\\u202F\\u205F\\u3000';

/**
 * A reason: one line of 1 to 500 characters that begins with none of the blanks. The SSM documents have the same pattern. So it spells
 * out what `\p{C}` and `\S` stand for, which regular expressions of other languages take for less.
 */
export const reasonPattern = `^[^${unseen}${blanks}][^${unseen}]{0,${longestReason - 1}}$`;

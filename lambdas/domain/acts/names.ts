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

import type { ApiWrite } from '../wire/api-writes.ts';

/** Quota calls beyond the one that each change needs, by cause. */
export interface ExtraQuota {
  /** Refused IDs in use: two copies of one create in flight at once, or a chosen ID that another create took at the same time. */
  takenIdMet: number;
  /** A create and a later delete of its link in flight at once. The pipeline makes the link and compensates it: two calls. */
  madeAndTakenBack: number;
  /** A create that made its link twice. */
  madeAgain: number;
  /** An update that the API applied twice. A delete that is sent again finds no link and costs nothing. */
  updateRepeated: number;
}

/** The causes as the report prints them. */
export const causes: Readonly<Record<keyof ExtraQuota, string>> = {
  takenIdMet: 'copies of a create in flight at once (ID in use)',
  madeAndTakenBack: 'created during its delete, and compensated (2 each)',
  madeAgain: 'create applied again',
  updateRepeated: 'update applied again',
};

/** For each term, the expiry worker renews a kept link by an update with the link's data. No command needs this call. */
const isRenewal = ({ operation, by = '' }: ApiWrite) => operation === 'update' && by.includes('Expiry');

const isOk = ({ status }: ApiWrite) => status === 200;

/** @param superseded requests that ended as `superseded` */
export function extraQuota(
  writes: readonly ApiWrite[],
  superseded: ReadonlySet<string>,
  takenIdStatus = 409,
): ExtraQuota {
  const done = (operation: ApiWrite['operation']) =>
    writes.filter((write) => write.operation === operation && isOk(write) && !isRenewal(write));
  const beyondFirst = (operation: ApiWrite['operation']) =>
    done(operation).length - new Set(done(operation).map(({ requestId }) => requestId)).size;
  const compensated = done('create').filter(({ requestId }) => superseded.has(requestId ?? ''));
  return {
    takenIdMet: writes.filter(({ operation, status }) => operation === 'create' && status === takenIdStatus).length,
    madeAndTakenBack: compensated.length * 2,
    madeAgain: beyondFirst('create'),
    updateRepeated: beyondFirst('update'),
  };
}

export function totalOf(extra: ExtraQuota): number {
  return Object.values(extra).reduce((sum, calls: number) => sum + calls, 0);
}

import type { ApiWrite } from '../wire/api-writes.ts';

/** Calls that cost quota beyond the one that each piece of work needs, by cause. */
export interface ExtraQuota {
  /** 409s: copies of one create in flight in the same instant, or a chosen ID that was taken in that instant. */
  takenIdMet: number;
  /** A create and a later delete of its link in flight in the same instant: the link is made and taken back, two calls. */
  madeAndTakenBack: number;
  /** A create that made its link twice. */
  madeAgain: number;
  /** An update that was carried out twice. A delete that is sent again finds no link, and costs nothing. */
  updateRepeated: number;
}

/** In words, for people. */
export const causes: Readonly<Record<keyof ExtraQuota, string>> = {
  takenIdMet: 'copies of a create in flight at once (409)',
  madeAndTakenBack: 'made while its delete was carried out, and taken back (2 each)',
  madeAgain: 'create carried out again',
  updateRepeated: 'update carried out again',
};

/** The expiry worker gives a link that is to be kept the data that it has, once more for each term: work of its own. */
const isRenewal = ({ operation, by = '' }: ApiWrite) => operation === 'update' && by.includes('Expiry');

const isOk = ({ status }: ApiWrite) => status === 200;

/** @param superseded requests whose outcome is that a later change came first */
export function extraQuota(writes: readonly ApiWrite[], superseded: ReadonlySet<string>): ExtraQuota {
  const done = (operation: ApiWrite['operation']) =>
    writes.filter((write) => write.operation === operation && isOk(write) && !isRenewal(write));
  const beyondFirst = (operation: ApiWrite['operation']) =>
    done(operation).length - new Set(done(operation).map(({ requestId }) => requestId)).size;
  const takenBack = done('create').filter(({ requestId }) => superseded.has(requestId ?? ''));
  return {
    takenIdMet: writes.filter(({ operation, status }) => operation === 'create' && status === 409).length,
    madeAndTakenBack: takenBack.length * 2,
    madeAgain: beyondFirst('create'),
    updateRepeated: beyondFirst('update'),
  };
}

export function totalOf(extra: ExtraQuota): number {
  return Object.values(extra).reduce((sum, calls: number) => sum + calls, 0);
}

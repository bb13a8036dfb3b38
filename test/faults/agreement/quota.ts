import type { ApiWrite } from '../wire/api-writes.ts';

/** Calls that cost quota beyond the one that each piece of work needs, by cause. */
export interface ExtraQuota {
  /** 409s: copies of one create in flight in the same instant. */
  takenIdMet: number;
  /** A link made again under its own address, after its delete. */
  madeAgain: number;
  updateRepeated: number;
  deleteRepeated: number;
}

const isOk = ({ status }: ApiWrite) => status === 200;

export function extraQuota(writes: readonly ApiWrite[]): ExtraQuota {
  const beyondFirst = (operation: ApiWrite['operation'], key: (write: ApiWrite) => string | undefined) => {
    const ok = writes.filter((write) => write.operation === operation && isOk(write));
    return ok.length - new Set(ok.map(key)).size;
  };
  return {
    takenIdMet: writes.filter(({ operation, status }) => operation === 'create' && status === 409).length,
    madeAgain: beyondFirst('create', ({ shortlinkId }) => shortlinkId),
    updateRepeated: beyondFirst('update', ({ requestId }) => requestId),
    deleteRepeated: beyondFirst('delete', ({ shortlinkId }) => shortlinkId),
  };
}

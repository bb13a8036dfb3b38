/** The calls of one command if nothing goes wrong. */
export interface CommandCalls {
  /** Calls of the quota. */
  quotaCalls: number;
  /** GETs of a link, which cost no quota. */
  lookups: number;
  /** QR codes. */
  qrCodes: number;
}

const free: ReadonlySet<unknown> = new Set(['qr', 'adopt', 'get']);

/** What a command costs, valid or not yet checked. */
export function callsOf(command: { action?: unknown; shortlinkId?: unknown; qr?: unknown }): CommandCalls {
  const { action } = command;
  const isCreate = action === 'create';
  return {
    quotaCalls: free.has(action) ? 0 : 1,
    lookups: lookupsOf(action, command.shortlinkId !== undefined),
    qrCodes: action === 'qr' || (isCreate && command.qr !== undefined) ? 1 : 0,
  };
}

function lookupsOf(action: unknown, hasChosenId: boolean): number {
  if (action === 'create') return hasChosenId ? 1 : 0;
  // One GET shows what the link is. After the PUT, another one verifies it.
  if (action === 'migrate') return 2;
  return action === 'adopt' || action === 'get' ? 1 : 0;
}

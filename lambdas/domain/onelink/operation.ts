/** The operations of the OneLink API, with their names in the failure table and in metrics. */
export const operations = ['create', 'read', 'update', 'delete', 'qr', 'quota'] as const;
export type Operation = (typeof operations)[number];
/** The operations that cost quota, and whose lost answer may have changed a link. */
export const writes = ['create', 'update', 'delete'] as const;
export const isWrite = (operation: Operation) => writes.some((one) => one === operation);

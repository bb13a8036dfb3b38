/** The operations of the OneLink API, with their names in the failure table and in metrics. */
export const operations = ['create', 'read', 'update', 'delete', 'qr', 'quota'] as const;
export type Operation = (typeof operations)[number];

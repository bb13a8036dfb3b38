/** The operations of the OneLink API, as they appear in the failure table and in metrics. */
export const operations = ['create', 'read', 'update', 'delete', 'qr', 'quota'] as const;
export type Operation = (typeof operations)[number];

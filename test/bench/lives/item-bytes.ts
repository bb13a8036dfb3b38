/**
 * The bytes of an item as DynamoDB counts them (DynamoDB Developer Guide, item sizes and formats). Names and texts count in UTF-8, a
 * digit half a byte, and each list and map some more.
 */
export function itemBytes(item: object): number {
  return entriesOf(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);
}

const entriesOf = (map: object) => Object.entries(map).filter(([, value]) => value !== undefined);

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(value).replace(/\D/g, '').length / 2) + 1;
  if (Array.isArray(value)) return 3 + value.reduce((sum, one) => sum + valueBytes(one) + 1, 0);
  if (typeof value === 'object' && value !== null) return 3 + itemBytes(value) + entriesOf(value).length;
  return 1;
}

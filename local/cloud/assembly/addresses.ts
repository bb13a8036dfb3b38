/** The addresses here of hosts that AWS gives a resource, by host: `abc.execute-api.us-east-1.amazonaws.com`. */
export type Addresses = ReadonlyMap<string, string>;

/** A value of a template with the address here in place of each such host, with `https://` before it. */
export function withAddresses(value: unknown, addresses: Addresses): unknown {
  if (addresses.size === 0) return value;
  if (typeof value === 'string') {
    let text = value;
    for (const [host, origin] of addresses) text = text.replaceAll(`https://${host}`, origin);
    return text;
  }
  if (Array.isArray(value)) return value.map((entry) => withAddresses(entry, addresses));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withAddresses(inner, addresses)]));
}

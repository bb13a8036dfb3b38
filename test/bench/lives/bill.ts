/** What one function has used of AWS's services. */
export interface Bill {
  invocations: number;
  /** Each invocation rounded up, as Lambda bills it. */
  lambdaMilliseconds: number;
  /** Receives and deletes of the mapping and sends of the function, ten messages in each. A request has 64 KB. */
  sqsRequests: number;
  writeUnits: number;
  readUnits: number;
  snsPublishes: number;
  s3Puts: number;
  s3Bytes: number;
  logBytes: number;
}

export const emptyBill = (): Bill => ({
  invocations: 0,
  lambdaMilliseconds: 0,
  sqsRequests: 0,
  writeUnits: 0,
  readUnits: 0,
  snsPublishes: 0,
  s3Puts: 0,
  s3Bytes: 0,
  logBytes: 0,
});

/** A unit writes up to 1 KB, and a record has less. Units are a call's, or for each item of its first argument. */
type Units = 'each item' | 'each of both' | 1 | 2;

/**
 * The capacity units of the ledger's and the control table's methods. test/integration/ledger-cost.test.ts holds the sums of a life to
 * DynamoDB's own report.
 */
const readUnits: Readonly<Record<string, Units>> = {
  requests: 'each item',
  linksAt: 'each item',
  known: 'each of both',
  link: 1,
  claimOf: 1,
  parkOrder: 1,
  // The control record and the signals.
  read: 2,
};
const written: ReadonlySet<string> = new Set([
  'rememberRequest',
  'addLink',
  'claimAddress',
  'releaseClaim',
  'leaseLink',
  'releaseLink',
  'replaceLink',
  'concludeCheck',
  'removeChecked',
  'noteQr',
  'noteQrFailure',
  'addToParkOrder',
  'removeFromParkOrder',
  'addSpent',
  'addRenewals',
  'signal',
]);

/** The port, with the capacity units of each call on the bill. @throws Error for a method whose units are unknown */
export function metered<Port extends object>(port: Port, bill: () => Bill): Port {
  return new Proxy(port, {
    get: (target, name) => {
      const value = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]) => {
        charge(bill(), String(name), given);
        return Reflect.apply(value, target, given);
      };
    },
  });
}

function charge(bill: Bill, name: string, given: readonly unknown[]): void {
  const reads = readUnits[name];
  const items = given.map((one) => (Array.isArray(one) ? one.length : 0));
  if (reads === 'each item') bill.readUnits += items[0] ?? 0;
  else if (reads === 'each of both') bill.readUnits += (items[0] ?? 0) + (items[1] ?? 0);
  else if (reads !== undefined) bill.readUnits += reads;
  else if (written.has(name)) bill.writeUnits++;
  else throw new Error(`the capacity units of ${name} are unknown: add it to test/bench/lives/bill.ts`);
}

import fc from 'fast-check';
import type { Fate } from '../scheduler/scheduler.ts';
import type { CrossVersion } from '../world/one-link.ts';
import type { Job } from '../world/pipeline.ts';
import type { ConflictPolicy } from '../world/workers.ts';

/** A command to send. A number selects one of the existing objects, modulo their count. */
export interface CommandSpec {
  action: 'create' | 'update' | 'delete' | 'qr' | 'adopt' | 'migrate' | 'get';
  source: 'crm' | 'studio';
  /** `derived` means the derived ID of an earlier create. */
  address: 'derived' | 'poster' | 'flyer';
  earlier: number;
  /** requestedAt, relative to the time of sending. */
  requestedSeconds: number;
  ttl?: string | undefined;
  renewTtl?: boolean | undefined;
  validSeconds?: number | undefined;
  /** keepUntil, relative to the time of sending. Then the TTL is two weeks, the least that keepUntil allows. */
  keepSeconds?: number | undefined;
  onConflict?: ConflictPolicy | undefined;
  withQr: boolean;
  /** A migrate sends data of its own, not the link's. */
  withData?: boolean | undefined;
  /** Carries the same data as others that are `alike`. */
  alike: boolean;
  flaw?: 'invalid' | 'reused-request-id' | undefined;
  /** Names and values of its data and metadata hold U+FFFF, which SQS refuses if it is not escaped. */
  withNoncharacters: boolean;
}

/**
 * Attributes with which a producer forges a parked message. The worker believes none of them.
 */
export interface ForgedAttributes {
  messageId?: 'sound' | 'unsound' | undefined;
  sentTimestamp?: 'a-minute-ago' | 'ISO' | 'tomorrow' | 'before-the-window' | 'negative' | undefined;
  receiveCount?: '1' | '7' | '0' | 'many' | undefined;
}

export type Step =
  | { do: 'send'; command: CommandSpec; receive: boolean; forged?: ForgedAttributes | undefined }
  /** An earlier command in another message, with the same requestedAt or a new one. */
  | { do: 'repeat'; earlier: number; stampedAnew: boolean }
  | { do: 'receive'; job: Job; first: number; count: number }
  | { do: 'deliver-again'; job: Job; message: number; uncounted: boolean }
  | { do: 'answer'; calls: { place: number; fate: Fate }[] }
  /** Lets one environment run until its invocation ends. */
  | { do: 'finish'; environment: number }
  | { do: 'crash'; environment: number; applied: boolean[] }
  | { do: 'wait'; seconds: number; applied: boolean[] }
  | { do: 'click'; link: number }
  | { do: 'purge' }
  | { do: 'replay' }
  /** A user makes a link in the user interface, which the API refuses to change, or deletes the link there. */
  | { do: 'make-by-hand'; address: 'poster' | 'flyer' }
  | { do: 'delete-by-hand'; address: 'poster' | 'flyer' }
  /** A script makes a link, which a source may take over. */
  | { do: 'make-outside'; address: 'poster' | 'flyer'; api: 'v2.0' | 'v1.0' }
  | { do: 'sweep'; record: number };

export interface Scenario {
  policy: ConflictPolicy;
  /** With `separate`, the API refuses links of version 1.0. */
  crossVersion?: CrossVersion | undefined;
  steps: Step[];
}

const place = fc.nat({ max: 11 });
const applied = fc.array(fc.boolean(), { maxLength: 4 });
const job: fc.Arbitrary<Job> = fc.oneof(
  { weight: 3, arbitrary: fc.constant('link' as const) },
  fc.constantFrom('qr' as const, 'intake' as const, 'expiry' as const),
);

/** Mostly `usual`, to which a counterexample shrinks. */
function mostly<Value>(usual: Value, weight: number, ...others: Value[]): fc.Arbitrary<Value> {
  return fc.oneof(
    { weight, arbitrary: fc.constant(usual) },
    { weight: others.length, arbitrary: fc.constantFrom(...others) },
  );
}

const fate = mostly<Fate>(
  'answered',
  20,
  'lost-applied',
  'lost-applied',
  'lost',
  'repeated',
  'quota-spent',
  'account-refused',
);

const command: fc.Arbitrary<CommandSpec> = fc.record({
  action: fc.oneof(
    { weight: 3, arbitrary: fc.constant('create' as const) },
    { weight: 4, arbitrary: fc.constant('update' as const) },
    { weight: 2, arbitrary: fc.constantFrom('adopt' as const, 'migrate' as const) },
    { weight: 3, arbitrary: fc.constantFrom('delete' as const, 'qr' as const, 'get' as const) },
  ),
  source: mostly<'crm' | 'studio'>('crm', 8, 'studio'),
  address: fc.constantFrom('poster', 'poster', 'poster', 'derived', 'flyer'),
  earlier: place,
  requestedSeconds: mostly(0, 15, -30, -30, -30, -3_600, -3_600, -3_600, 120, 120, 120, 1_000),
  ttl: mostly<string | undefined>(undefined, 2, '10m', '1h'),
  renewTtl: mostly<boolean | undefined>(undefined, 3, false),
  validSeconds: mostly<number | undefined>(undefined, 24, 20, 20, 400, -5),
  keepSeconds: mostly<number | undefined>(undefined, 14, 10 * 86_400, 50 * 86_400),
  onConflict: mostly<ConflictPolicy | undefined>(undefined, 6, 'reject', 'derive'),
  withQr: mostly(false, 3, true),
  withData: mostly<boolean | undefined>(undefined, 3, true),
  alike: mostly(false, 8, true),
  flaw: mostly<CommandSpec['flaw']>(undefined, 20, 'invalid', 'reused-request-id'),
  withNoncharacters: mostly(false, 8, true),
});

const forged: fc.Arbitrary<ForgedAttributes | undefined> = fc.oneof(
  { weight: 12, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: fc.record({
      messageId: fc.constantFrom(undefined, 'sound', 'unsound'),
      sentTimestamp: fc.constantFrom(undefined, 'a-minute-ago', 'ISO', 'tomorrow', 'before-the-window', 'negative'),
      receiveCount: fc.constantFrom(undefined, '1', '7', '0', 'many'),
    }),
  },
);

const address = fc.constantFrom('poster' as const, 'flyer' as const);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 9, arbitrary: fc.record({ do: fc.constant('send' as const), command, receive: fc.boolean(), forged }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('repeat' as const), earlier: place, stampedAnew: fc.boolean() }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constant('receive' as const),
      job,
      first: place,
      count: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('deliver-again' as const), job, message: place, uncounted: fc.boolean() }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      calls: fc.array(fc.record({ place, fate }), { minLength: 1, maxLength: 6 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('finish' as const), environment: place }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const), environment: place, applied }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      seconds: fc.constantFrom(1, 20, 100, 400, 400, 2_000, 4_000, 3 * 86_400, 8 * 86_400),
      applied,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('click' as const), link: place }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('purge' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('replay' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('sweep' as const), record: place }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('make-by-hand' as const, 'delete-by-hand' as const), address }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('make-outside' as const),
      address,
      api: fc.constantFrom('v1.0' as const, 'v2.0' as const),
    }),
  },
);

const anything: fc.Arbitrary<Scenario> = fc.record({
  policy: mostly<ConflictPolicy>('reject', 3, 'derive'),
  crossVersion: fc.constantFrom<CrossVersion>('separate', 'newer'),
  steps: fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }),
});

/** Among steps of all kinds, few PUTs are lost. Here each call of a takeover is lost now and then. */
const takeoverSteps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      command: command.map(
        (spec): CommandSpec => ({ ...spec, address: 'poster', validSeconds: undefined, flaw: undefined }),
      ),
      receive: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.constant<Step>({ do: 'receive', job: 'link', first: 0, count: 2 }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      calls: fc.array(
        fc.record({ place: fc.nat({ max: 2 }), fate: mostly<Fate>('answered', 8, 'lost-applied', 'lost', 'repeated') }),
        { minLength: 1, maxLength: 9 },
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const), environment: fc.nat({ max: 2 }), applied }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.constantFrom(20, 100, 400), applied }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('deliver-again' as const),
      job: fc.constant<Job>('link'),
      message: fc.nat({ max: 3 }),
      uncounted: fc.boolean(),
    }),
  },
);

const takeovers: fc.Arbitrary<Scenario> = fc
  .record({
    crossVersion: mostly<CrossVersion>('newer', 3, 'separate'),
    api: fc.constantFrom('v1.0' as const, 'v2.0' as const),
    first: command,
    action: fc.constantFrom('adopt' as const, 'migrate' as const, 'migrate' as const),
    steps: fc.array(takeoverSteps, { minLength: 4, maxLength: 50, size: 'max' }),
  })
  .map(({ crossVersion, api, first, action, steps }): Scenario => {
    const sound = { ...first, action, address: 'poster', validSeconds: undefined, flaw: undefined } as const;
    const begin: Step[] = [
      { do: 'make-outside', address: 'poster', api },
      { do: 'send', command: sound, receive: true },
      { do: 'finish', environment: 0 },
      // The first delivery returns, because another source's record may be under way.
      { do: 'wait', seconds: 20, applied: [] },
      { do: 'receive', job: 'link', first: 0, count: 1 },
    ];
    return { policy: 'reject', crossVersion, steps: [...begin, ...steps] };
  });

export const scenario = fc.oneof({ weight: 2, arbitrary: anything }, { weight: 1, arbitrary: takeovers });

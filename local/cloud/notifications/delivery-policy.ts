import { z } from 'zod';

const seconds = z.coerce.number().int().min(1).max(3_600);
const times = z.coerce.number().int().min(0).max(100);

/** SNS tries a delivery over HTTP again for this long at most (SNS, *Message delivery retries*). */
const mostSeconds = 3_600;

/** The defaults are those of SNS for HTTP: three retries, 20 seconds apart. */
const counts = z.looseObject({
  numRetries: times.default(3),
  minDelayTarget: seconds.default(20),
  maxDelayTarget: seconds.default(20),
  numNoDelayRetries: times.default(0),
  numMinDelayRetries: times.default(0),
  numMaxDelayRetries: times.default(0),
  // CDK writes it in capitals.
  backoffFunction: z
    .string()
    .transform((name) => name.toLowerCase())
    .pipe(z.enum(['linear', 'arithmetic', 'geometric', 'exponential']))
    .default('linear'),
});
type Retries = z.infer<typeof counts>;

const retries = counts
  .refine((policy) => policy.minDelayTarget <= policy.maxDelayTarget, 'minDelayTarget is above maxDelayTarget')
  .refine((policy) => backoffRetries(policy) >= 0, 'numRetries is below the sum of the other counts')
  .refine(
    (policy) => sum(delaysOf(policy)) <= mostSeconds,
    `all retries together take more than ${mostSeconds} seconds`,
  );

const throttle = z.looseObject({ maxReceivesPerSecond: z.coerce.number().int().min(1).nullish() });
const request = z.looseObject({ headerContentType: z.string().max(255).nullish() });

/** The attribute `DeliveryPolicy` of a subscription. */
export const deliveryPolicySchema = z.looseObject({
  healthyRetryPolicy: retries.nullish(),
  throttlePolicy: throttle.nullish(),
  requestPolicy: request.nullish(),
});

/** How SNS delivers to one subscription. */
export interface DeliveryPolicy {
  /** The seconds before each retry. */
  readonly delaysSeconds: readonly number[];
  readonly maxReceivesPerSecond: number | undefined;
  readonly contentType: string;
}

/**
 * Reads a subscription's `DeliveryPolicy`.
 * @param text undefined or empty: SNS's own policy
 * @throws Error with the reason, if SNS would refuse it
 */
export function deliveryPolicyOf(text: string | undefined): DeliveryPolicy {
  const { data, error } = deliveryPolicySchema.safeParse(text ? jsonIn(text) : {});
  if (error) throw new Error(z.prettifyError(error));
  return {
    delaysSeconds: delaysOf(data.healthyRetryPolicy ?? retries.parse({})),
    maxReceivesPerSecond: data.throttlePolicy?.maxReceivesPerSecond ?? undefined,
    contentType: data.requestPolicy?.headerContentType ?? 'text/plain; charset=UTF-8',
  };
}

/**
 * The phases of SNS: at once, with the shortest delay, with a growing delay, with the longest delay. SNS does not publish
 * its curves. `exponential` and `geometric` multiply here, and `linear` and `arithmetic` add.
 */
function delaysOf(policy: Retries): number[] {
  const { minDelayTarget: least, maxDelayTarget: most, backoffFunction } = policy;
  const growing = Math.max(0, backoffRetries(policy));
  const multiplies = backoffFunction === 'exponential' || backoffFunction === 'geometric';
  const grown = Array.from({ length: growing }, (_, index) => {
    const part = growing === 1 ? 1 : index / (growing - 1);
    return multiplies ? least * (most / least) ** part : least + (most - least) * part;
  });
  return [
    ...Array<number>(policy.numNoDelayRetries).fill(0),
    ...Array<number>(policy.numMinDelayRetries).fill(least),
    ...grown,
    ...Array<number>(policy.numMaxDelayRetries).fill(most),
  ];
}

function backoffRetries(policy: Retries): number {
  return policy.numRetries - policy.numNoDelayRetries - policy.numMinDelayRetries - policy.numMaxDelayRetries;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

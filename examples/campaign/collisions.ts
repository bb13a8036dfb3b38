import { type Create, creates, early, type ForeignLink, type Line, late, times } from './line.ts';
import type { SeededRandom } from './seeded-random.ts';
import { continueOnPhone, customerMessage, printedCode, referral } from './use-cases.ts';

/** Messages whose `validUntil` has passed. */
export function staleMessages(random: SeededRandom): Line[] {
  const validUntil = '2025-11-03T12:00:00Z';
  return times(12, (number) => ({
    fate: 'stale',
    body: { ...customerMessage(random, number), validUntil },
    place: random.fraction(),
  }));
}

/** Creates under IDs that are taken: by links made by hand, and by links of other requests. */
export function takenIds(random: SeededRandom, foreign: ForeignLink[], named: Create[]): Line[] {
  return [
    ...foreign.map(({ onelinkId, shortlinkId }, index): Line => {
      const { brandDomain: _, ...print } = printedCode(random, 200 + index);
      return { fate: 'conflict', body: { ...print, onelinkId, shortlinkId }, place: random.fraction() };
    }),
    ...named.map(({ shortlinkId }, index): Line => {
      const rival = { ...referral(random, 900 + index, 'product'), shortlinkId };
      return { fate: 'conflict', body: rival, place: late(random) };
    }),
  ];
}

/** Other commands under a `requestId` that was used before. */
export function reusedRequestIds(random: SeededRandom, used: Create[]): Line[] {
  return used.map(({ requestId }) => ({
    fate: 'rejected',
    body: { ...continueOnPhone(random, 1), requestId },
    place: late(random),
  }));
}

/** Commands sent twice: to the same lane, or to the other lane of their producer. */
export function repetitions(random: SeededRandom, again: Create[]): Line[] {
  const messages = times(24, (number) => customerMessage(random, 3_000 + number));
  return [
    ...messages.map((message) => creates(message, early(random))),
    ...messages.map(
      (body, index): Line => ({
        fate: 'repeated',
        body,
        place: late(random),
        ...(index % 4 === 0 && { lane: 'transactional' }),
      }),
    ),
    ...again.map((body): Line => ({ fate: 'repeated', body, place: late(random) })),
  ];
}

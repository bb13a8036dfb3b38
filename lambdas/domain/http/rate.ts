/**
 * A producer's rate. Each second has as many places as the producer has requests per second. All places have one
 * numbering: second 10 of a producer with 20 has the places 200 to 219. Each call and each command of a list takes the
 * next place. A call in second `s` may take places from the second before it up to the end of the second after it.
 *
 * In `n` whole seconds from `s` on, a producer with the rate `R` takes at most `R × (n + 1)` places, and the rest of one
 * list. Proof: the first of them is at least place `(s - 1) × R`. Something is admitted only while the next place is before
 * `(s + n) × R`, the end of the last second's places. So at most `(s + n) × R - (s - 1) × R = (n + 1) × R` places lie before
 * that end. A list is admitted as a whole with a second step, which may start at the end itself. It goes past the end by
 * its commands but the first. Nothing is admitted after it until time has caught up.
 */
export interface Places {
  perSecond: number;
  /** The first place that is not too old. */
  from: number;
  /** The first place that is too far ahead. */
  until: number;
}

export const placesIn = (second: number, perSecond: number): Places => ({
  perSecond,
  from: (second - 1) * perSecond,
  until: (second + 1) * perSecond,
});

/** The seconds until a call may take this place, at least one. */
export const secondsUntil = (place: number, second: number, perSecond: number): number =>
  Math.max(1, Math.floor(place / perSecond) - second);

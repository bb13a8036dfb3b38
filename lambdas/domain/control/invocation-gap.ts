/**
 * L: the lateness that later sends may make up for, in milliseconds. Node's timers usually fire a millisecond late. Garbage collection
 * and Lambda's CPU throttling add more. So much is added to the gap between two invocations.
 */
export const latenessMadeUpMilliseconds = 20;

/**
 * Where an invocation keeps the gap to the sends of another environment in its slot: before its first send, or after its last. After the
 * last, the gap passes while the call is answered, and the next command is sent at once.
 */
export type InvocationGap = 'before' | 'after';

/**
 * The calls that a slot may send above r in a second in which an invocation is killed. They come if an idle warm environment takes the
 * slot at once. With the gap before the first send there are none.
 */
export function mostAfterCrash(callsPerSecond: number, gap: InvocationGap): number {
  return gap === 'before' ? 0 : 1 + Math.ceil((latenessMadeUpMilliseconds * callsPerSecond) / 1000);
}

/** Whether two names differ by one typing error: a letter added, missing, replaced, or two letters swapped. */
export function isOneSlip(one: string, other: string): boolean {
  const [long, short] = one.length >= other.length ? [one, other] : [other, one];
  let start = 0;
  while (start < short.length && long[start] === short[start]) start += 1;
  let end = 0;
  while (end < short.length - start && long.at(-1 - end) === short.at(-1 - end)) end += 1;
  const [longer, shorter] = [long.slice(start, long.length - end), short.slice(start, short.length - end)];
  // af_sub6 is not a misspelling of af_sub5.
  if (/\d/.test(longer + shorter)) return false;
  if (longer.length <= 1) return true;
  return longer.length === 2 && shorter.length === 2 && longer[0] === shorter[1] && longer[1] === shorter[0];
}

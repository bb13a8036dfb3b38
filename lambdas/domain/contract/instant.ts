const example = '2026-12-24T18:00:00Z';

/** The fault of a text that is not an RFC 3339 time. It never quotes the text. */
export function instantProblem(text: string): string {
  if (text !== text.trim()) return 'must not start or end with a blank';
  const [, date, separator, time, seconds, zone] =
    /^(\d{4}-\d\d-\d\d)(?:(.)(\d\d:\d\d)(:\d\d(?:\.\d+)?)?(.*))?$/s.exec(text) ?? [];
  if (date === undefined) return `must be an RFC 3339 time, e.g. ${example}`;
  if (time === undefined || zone === undefined) return `lacks the time and its zone: write ${example}`;
  if (separator !== 'T') return `must have a capital T between date and time: ${example}`;
  if (seconds === undefined) return `lacks the seconds: ${example}`;
  if (/^,\d/.test(zone)) return 'must have a dot, and no comma, before its fraction of a second';
  if (zone === '') return 'lacks its time zone: add Z, or an offset such as +01:00';
  if (/^[+-]\d{4}$/.test(zone)) return 'lacks the colon in its offset: write +01:00, not +0100';
  if (/^[+-]\d\d$/.test(zone)) return 'lacks the minutes of its offset: write +01:00, not +01';
  if (!/^(?:Z|[+-]\d\d:\d\d)$/.test(zone)) return 'must end in Z, or in an offset such as +01:00';
  return 'is not a valid date and time: check the day, the time and the offset';
}

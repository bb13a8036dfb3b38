import { appendFileSync, writeFileSync } from 'node:fs';

/** An event of a story. Each becomes a line of `timeline.ndjson`, so none has a link or a value of a command. */
export type Happening =
  /** The next step of the story, in words. */
  | { what: 'story'; text: string }
  /** An act of the API, or of another system on the account: faults, tokens, quota. */
  | { what: 'account'; text: string }
  | { what: 'clock'; leapMinutes: number }
  | { what: 'sent'; lane: string; commands: number }
  /** Outcomes since the last such line, by kind. `repeated` counts those of requests that already had one. */
  | { what: 'outcomes'; lane: string; outcomes: Record<string, number> }
  | { what: 'lane'; lane: string; state: string; reason?: string }
  | { what: 'mappings'; lane: string; switched: 'on' | 'off'; mappings: number }
  | { what: 'replayed'; lane: string; commands: number }
  /** @see Timeline.alarm */
  | { what: 'alarm'; alarm: string; state: string; overLeap: boolean }
  | { what: 'check'; text: string; holds: boolean };

export type TimelineEvent = Happening & {
  /** Simulated time, ISO 8601, UTC. */
  at: string;
};

/** Shorter leaps are only in the file. */
const leastShownLeapMinutes = 30;
const whoWidth = 14;

/** Records events as they happen, for programs (a file of NDJSON) and for the reader of the screen. */
export class Timeline {
  readonly events: TimelineEvent[] = [];
  readonly #file: string;
  readonly #now: () => number;
  readonly #say: (line: string) => void;

  /** @param file is overwritten */
  constructor(file: string, now: () => number, say: (line: string) => void) {
    this.#file = file;
    this.#now = now;
    this.#say = say;
    writeFileSync(file, '');
  }

  add(happening: Happening, atMilliseconds = this.#now()): void {
    const event: TimelineEvent = { at: new Date(atMilliseconds).toISOString(), ...happening };
    this.events.push(event);
    // At once: if the story fails, the file has all events until then.
    appendFileSync(this.#file, `${JSON.stringify(event)}\n`);
    const line = timelineLine(event);
    if (line !== undefined) this.#say(line);
  }
}

/** `03-09 10:15  campaign       parking: quota-reserve-reached`. Undefined for an event that is only in the file. */
export function timelineLine(event: TimelineEvent): string | undefined {
  const shown = wordsOf(event);
  if (shown === undefined) return undefined;
  const [who, text] = shown;
  return `${event.at.slice(5, 10)} ${event.at.slice(11, 16)}  ${who.padEnd(whoWidth)} ${text}`;
}

function wordsOf(event: TimelineEvent): [who: string, text: string] | undefined {
  switch (event.what) {
    case 'story':
      return ['·', event.text];
    case 'account':
      return ['OneLink API', event.text];
    case 'clock':
      return event.leapMinutes < leastShownLeapMinutes
        ? undefined
        : ['clock', `leaps ${durationWords(event.leapMinutes)}`];
    case 'sent':
      return [event.lane, `${number(event.commands)} commands sent`];
    case 'outcomes': {
      const counts = Object.entries(event.outcomes).map(([kind, count]) => `${number(count)} ${kind}`);
      return [event.lane, counts.join(', ')];
    }
    case 'lane':
      return [event.lane, event.reason === undefined ? event.state : `${event.state}: ${event.reason}`];
    case 'mappings':
      return [
        event.lane,
        `${event.mappings} ${event.mappings === 1 ? 'mapping' : 'mappings'} switched ${event.switched}`,
      ];
    case 'replayed':
      return [event.lane, `${number(event.commands)} parked commands replayed`];
    case 'alarm':
      return ['alarm', `${event.state.padEnd(5)} ${event.alarm}${event.overLeap ? ' (over a leap)' : ''}`];
    case 'check':
      return [event.holds ? 'holds' : 'BROKEN', event.text];
  }
}

/** `5 days`, `6 hours`, `21 minutes`. */
export function durationWords(minutes: number): string {
  const days = minutes / 1440;
  if (days >= 2) return `${Number(days.toFixed(1))} days`;
  return minutes < 120 ? `${Math.round(minutes)} minutes` : `${Number((minutes / 60).toFixed(1))} hours`;
}

const number = (value: number) => value.toLocaleString('en');

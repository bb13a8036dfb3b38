/** How urgent something is. Each tone has a colour and a sign, because colour alone is not enough. */
export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'quiet';

export const signs: Readonly<Record<Tone, string>> = { good: '✓', busy: '●', warn: '▲', bad: '✕', quiet: '–' };

const tones: Readonly<Record<string, Tone>> = {
  open: 'good',
  live: 'good',
  equal: 'good',
  done: 'good',
  finished: 'good',
  created: 'good',
  updated: 'good',
  deleted: 'good',
  unchanged: 'good',
  renewed: 'good',
  'qr-stored': 'good',
  'qr-failed': 'bad',
  held: 'warn',
  OK: 'good',
  'renewed-by-clicks': 'good',
  stored: 'good',
  confirmed: 'good',
  running: 'busy',
  sending: 'busy',
  checking: 'busy',
  parking: 'warn',
  parked: 'warn',
  waiting: 'warn',
  different: 'warn',
  ticket: 'warn',
  stale: 'warn',
  conflict: 'warn',
  superseded: 'warn',
  'no-end': 'warn',
  paused: 'bad',
  refused: 'bad',
  rejected: 'bad',
  failed: 'bad',
  page: 'bad',
  ALARM: 'bad',
};

/** The tone of a state, by its name. A state without one is quiet. */
export const toneOf = (state: string): Tone => tones[state] ?? 'quiet';

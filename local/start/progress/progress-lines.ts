/** The progress at one moment. */
export interface ProgressView {
  seconds: number;
  lanes: LaneProgress[];
  qr: { done: number; owed: number; perSecond: number };
  /** The campaign of a file, if the run has one. */
  file?: FileProgress | undefined;
  quota: { remaining: number; monthly: number } | undefined;
  /** Names of the alarms that are in ALARM. */
  alarms: string[];
  deadLetters: number;
  /** The number of killed environments, with `--chaos`. */
  killed: number | undefined;
}

export interface LaneProgress {
  name: string;
  answered: number;
  total: number;
  perSecond: number;
  waiting: number;
  inWork: number;
  /** False if a mapping of the lane is disabled. */
  running: boolean;
}

/** Rows that have their final status, of the rows that the check has read. */
export interface FileProgress {
  name: string;
  state: string;
  settled: number;
  rows: number;
  perSecond: number;
}

const barWidth = 24;
const number = (value: number) => Math.round(value).toLocaleString('en');

/** The view as lines: a bar for each lane, one for the file's rows, one for the QR codes, and a footer. */
export function progressLines({ lanes, qr, file, ...view }: ProgressView): string[] {
  const width = Math.max(...[...lanes, ...(file ? [file] : [])].map(({ name }) => name.length), 'QR codes'.length);
  const laneLines = lanes.map(({ name, answered, total, perSecond, waiting, inWork, running }) => {
    const queue = `${number(waiting)} waiting, ${number(inWork)} in work${running ? '' : ', PAUSED'}`;
    return `${name.padEnd(width)}  ${meter(answered, total, perSecond)}  ${queue}`;
  });
  const fileLines = file
    ? [`${file.name.padEnd(width)}  ${meter(file.settled, file.rows, file.perSecond)}  ${file.state}`]
    : [];
  return [
    ...laneLines,
    ...fileLines,
    `${'QR codes'.padEnd(width)}  ${meter(qr.done, qr.owed, qr.perSecond)}`,
    footer(view),
  ];
}

/** One line, for a stream without redrawing. */
export function progressLine({ lanes, qr, file, ...view }: ProgressView): string {
  const parts = [
    ...lanes.map(({ name, answered, total, perSecond, running }) => {
      const rate = running ? `${number(perSecond)}/s` : 'PAUSED';
      return `${name} ${number(answered)}/${number(total)} (${rate})`;
    }),
    ...(file ? [`${file.name} ${number(file.settled)}/${number(file.rows)} (${file.state})`] : []),
    `QR ${number(qr.done)}/${number(qr.owed)}`,
  ];
  return `${parts.join('  ')}  ${footer(view)}`;
}

function meter(done: number, total: number, perSecond: number): string {
  const filled = total === 0 ? 0 : Math.floor((barWidth * done) / total);
  const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
  const counts = `${number(done)}/${number(total)}`.padStart(12);
  return `${bar} ${counts}  ${`${number(perSecond)}/s`.padStart(6)}  ${timeLeft(total - done, perSecond).padStart(10)}`;
}

function timeLeft(open: number, perSecond: number): string {
  if (open === 0) return 'done';
  if (perSecond < 0.1) return '';
  const seconds = Math.ceil(open / perSecond);
  return seconds < 100 ? `${seconds} s left` : `${Math.ceil(seconds / 60)} min left`;
}

function footer({ seconds, quota, alarms, deadLetters, killed }: Omit<ProgressView, 'lanes' | 'qr' | 'file'>): string {
  return [
    `${Math.floor(seconds)} s`,
    ...(quota === undefined ? [] : [`quota ${number(quota.remaining)} left`]),
    alarms.length === 0 ? 'no alarm' : `ALARM ${alarms.join(', ')}`,
    ...(deadLetters === 0 ? [] : [`${number(deadLetters)} DEAD LETTERS`]),
    ...(killed === undefined ? [] : [`${number(killed)} killed`]),
  ].join(' · ');
}

import { describe, expect, test } from 'vitest';
import { display } from '../../../../local/start/progress/display.ts';
import { joinedDisplays } from '../../../../local/start/progress/joined-display.ts';
import { type ProgressView, progressLine, progressLines } from '../../../../local/start/progress/progress-lines.ts';
import { RateMeter } from '../../../../local/start/progress/rate-meter.ts';

const view: ProgressView = {
  seconds: 12.3,
  lanes: [
    { name: 'campaign', answered: 500, total: 2_000, perSecond: 100, waiting: 900, inWork: 600, running: true },
    { name: 'transactional', answered: 10, total: 10, perSecond: 0, waiting: 0, inWork: 0, running: false },
  ],
  qr: { done: 3, owed: 6, perSecond: 0 },
  quota: { remaining: 7_499_490, monthly: 7_500_000 },
  alarms: [],
  deadLetters: 0,
  killed: undefined,
};

describe('progress', () => {
  test('draws a bar for each lane, one for the codes, and a footer', () => {
    expect(progressLines(view)).toEqual([
      'campaign       ██████░░░░░░░░░░░░░░░░░░    500/2,000   100/s   15 s left  900 waiting, 600 in work',
      'transactional  ████████████████████████        10/10     0/s        done  0 waiting, 0 in work, PAUSED',
      'QR codes       ████████████░░░░░░░░░░░░          3/6     0/s            ',
      '12 s · quota 7,499,490 left · no alarm',
    ]);
  });

  test('shows the same in one line', () => {
    expect(progressLine(view)).toBe(
      'campaign 500/2,000 (100/s)  transactional 10/10 (PAUSED)  QR 3/6  12 s · quota 7,499,490 left · no alarm',
    );
  });

  test('shows the rows of a file beside the lanes', () => {
    const file = { name: 'crm/spring', state: 'sending', settled: 100, rows: 400, perSecond: 50 };
    expect(progressLines({ ...view, file })[2]).toBe(
      'crm/spring     ██████░░░░░░░░░░░░░░░░░░      100/400    50/s    6 s left  sending',
    );
    expect(progressLine({ ...view, file })).toContain('  crm/spring 100/400 (sending)  QR 3/6  ');
  });

  test('names alarms, dead letters and kills', () => {
    const lines = progressLines({ ...view, alarms: ['OneLink-dead-letters'], deadLetters: 2, killed: 3 });
    expect(lines.at(-1)).toBe('12 s · quota 7,499,490 left · ALARM OneLink-dead-letters · 2 DEAD LETTERS · 3 killed');
  });
});

describe('the progress of several pipelines', () => {
  const shown: ProgressView[] = [];
  let rests = 0;
  const screen = { print: () => {}, progress: (one: ProgressView) => void shown.push(one), rest: () => void rests++ };

  test('has the lanes of all under their names, and sums of the codes', () => {
    const [acme, globex] = joinedDisplays(screen, ['Acme', 'Globex']);
    acme?.progress(view);
    globex?.progress({ ...view, lanes: view.lanes.slice(0, 1), deadLetters: 1 });
    const last = shown.at(-1) ?? expect.fail('nothing was shown');
    expect(last.lanes.map(({ name }) => name)).toEqual(['Acme campaign', 'Acme transactional', 'Globex campaign']);
    expect(last).toMatchObject({ qr: { done: 6, owed: 12 }, deadLetters: 1, quota: view.quota });
  });

  test('rests when the last of them rests', () => {
    const [acme, globex] = joinedDisplays(screen, ['Acme', 'Globex']);
    acme?.rest();
    expect(rests).toBe(0);
    globex?.rest();
    expect(rests).toBe(1);
  });

  test('is that of the pipeline if it is alone', () => {
    expect(joinedDisplays(screen, ['Acme'])).toEqual([screen]);
  });
});

describe('the rate meter', () => {
  test('measures over its window, not since the start', () => {
    const meter = new RateMeter(5);
    meter.sample(0, 0);
    meter.sample(1_000, 1_000);
    expect(meter.perSecond).toBe(1_000);
    for (let second = 2; second <= 10; second++) meter.sample(1_000 + (second - 1) * 10, second * 1_000);
    expect(meter.perSecond).toBe(10);
  });

  test('has no rate before its second sample', () => {
    const meter = new RateMeter();
    meter.sample(5, 0);
    expect(meter.perSecond).toBe(0);
  });
});

describe('the display', () => {
  const given = (isTTY: boolean) => {
    const written: string[] = [];
    const stream = { isTTY, columns: 40, write: (text: string) => written.push(text) };
    return { written, stream: stream as unknown as NodeJS.WriteStream };
  };

  test('redraws its lines on a terminal, cut to its width', () => {
    const { written, stream } = given(true);
    const screen = display(stream, false);
    screen.progress(view);
    screen.progress(view);
    expect(written[0]?.split('\n').map((line) => line.length)).toEqual([39, 39, 39, 38, 0]);
    expect(written[1]).toBe('\u001B[4A\u001B[0J');
  });

  test('writes a line every five seconds elsewhere', () => {
    const { written, stream } = given(false);
    const screen = display(stream, false);
    for (const seconds of [0, 1, 4.9, 5, 9]) screen.progress({ ...view, seconds });
    expect(written).toHaveLength(2);
  });

  test('prints nothing with --quiet', () => {
    const { written, stream } = given(true);
    const screen = display(stream, true);
    screen.print('hello');
    screen.progress(view);
    expect(written).toEqual([]);
  });
});

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { newTimeline } from '../../../../local/start/scenarios/run-scenario.ts';
import { type Happening, Timeline, timelineLine } from '../../../../local/start/scenarios/timeline.ts';
import { testFolder } from '../../../world/test-folder.ts';

const fileAt = testFolder();

const at = '2026-03-09T10:15:30.000Z';
const line = (happening: Happening) => timelineLine({ at, ...happening });

test('a line shows when, who and what', () => {
  const reason = 'quota-reserve-reached';
  expect(line({ what: 'lane', lane: 'campaign', state: 'parking', reason })).toBe(
    '03-09 10:15  campaign       parking: quota-reserve-reached',
  );
  expect(line({ what: 'lane', lane: 'transactional', state: 'open' })).toBe('03-09 10:15  transactional  open');
  expect(line({ what: 'outcomes', lane: 'campaign', outcomes: { created: 1_200, parked: 3 } })).toBe(
    '03-09 10:15  campaign       1,200 created, 3 parked',
  );
  expect(line({ what: 'alarm', alarm: 'governor-silent', state: 'ALARM', overLeap: true })).toBe(
    '03-09 10:15  alarm          ALARM governor-silent (over a leap)',
  );
  expect(line({ what: 'check', text: '0 dead letters', holds: false })).toBe(
    '03-09 10:15  BROKEN         0 dead letters',
  );
});

test('steps of a minute are only in the file', async () => {
  expect(line({ what: 'clock', leapMinutes: 1 })).toBeUndefined();
  expect(line({ what: 'clock', leapMinutes: 90 })).toBe('03-09 10:15  clock          leaps 90 minutes');
  expect(line({ what: 'clock', leapMinutes: 7_200 })).toBe('03-09 10:15  clock          leaps 5 days');

  const shown: string[] = [];
  const timeline = new Timeline(
    fileAt('timeline.ndjson'),
    () => Date.parse(at),
    (text) => shown.push(text),
  );
  timeline.add({ what: 'clock', leapMinutes: 1 });
  timeline.add({ what: 'replayed', lane: 'campaign', commands: 500 });
  expect(shown).toEqual(['03-09 10:15  campaign       500 parked commands replayed']);
  expect((await readFile(fileAt('timeline.ndjson'), 'utf8')).split('\n')).toEqual([
    `{"at":"${at}","what":"clock","leapMinutes":1}`,
    `{"at":"${at}","what":"replayed","lane":"campaign","commands":500}`,
    '',
  ]);
});

test('a new timeline replaces the last one, and no other file', async () => {
  await writeFile(fileAt('links.csv'), 'of a campaign');
  await writeFile(fileAt('timeline.ndjson'), 'of another story');
  expect(await newTimeline(fileAt())).toBe(fileAt('timeline.ndjson'));
  expect(await readdir(fileAt())).toEqual(['links.csv']);
});

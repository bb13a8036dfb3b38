import { describe, expect, test } from 'vitest';
import { CampaignCheck, csvOf } from '../../../world/campaign-check.ts';

const key = 'inbox/crm/spring.csv';
/** Three chunks in three steps, with a duplicate across steps and a faulty row. */
const sizes = { rowsPerStep: 250, bytesPerStep: 1_000_000, rowsAtOnce: 250 };
const file = `${csvOf(600)}r-3,sms,again\r\nx,,y\r\n`;

/** The bucket's objects and the record, without what differs with the number of writes. */
async function resultOf(check: CampaignCheck) {
  const record = await check.record();
  const { revision: _, changedAt: __, startedAt: ___, ...lasting } = record ?? expect.fail('no record');
  const objects = [...check.files.objects].map(([place, { bytes }]) => [place, bytes.toString()] as const);
  return { lasting, objects: Object.fromEntries(objects), active: await check.campaigns.active() };
}

function givenCheck(): CampaignCheck {
  const check = new CampaignCheck({}, sizes);
  check.files.drop('inbox/crm/spring.campaign.json', '{}', check.now);
  check.drop(key, file);
  // Each step ends its slice, so the messages to itself are cut as well.
  check.afterCall = slowDigests(check);
  return check;
}

const slowDigests = (check: CampaignCheck) => (port: string) => {
  if (port === 'files.putDigests') check.now += 31_000;
};

/** Runs the check, and cuts it before or after its nth call of a port. @returns whether there was such a call */
async function cutAt(check: CampaignCheck, nth: number, when: 'before' | 'after'): Promise<boolean> {
  let calls = 0;
  let isCut = false;
  const slow = check.afterCall;
  const cut = () => {
    if (isCut || ++calls < nth) return;
    isCut = true;
    throw new Error('the test cuts the run here');
  };
  if (when === 'before') check.beforeCall = cut;
  else {
    check.afterCall = async (port) => {
      await slow(port);
      cut();
    };
  }
  await check.settle();
  return isCut;
}

describe('a check that is cut', () => {
  test.each(['before', 'after'] as const)(
    '%s any call of its ports ends with the same chunks, report and record',
    { timeout: 120_000 },
    async (when) => {
      const whole = givenCheck();
      await whole.settle();
      const expected = await resultOf(whole);
      expect(expected.lasting).toMatchObject({ state: 'sending', rows: 602, toSend: 600, chunks: 3 });
      let cuts = 0;
      for (let nth = 1; ; nth++) {
        const check = givenCheck();
        if (!(await cutAt(check, nth, when))) break;
        cuts++;
        expect([nth, await resultOf(check)]).toEqual([nth, expected]);
        expect(check.counts.get('CampaignCheckFailed')).toBe(1);
      }
      expect(cuts).toBeGreaterThan(20);
    },
  );

  test('while it is refused ends as refused, and on the list, so that the sender publishes its end', {
    timeout: 60_000,
  }, async () => {
    for (let nth = 1; ; nth++) {
      const check = new CampaignCheck();
      check.files.drop('inbox/crm/spring.campaign.json', '{}', check.now);
      check.drop(key, 'pid,pid\r\nsms,sms\r\n');
      const isCut = await cutAt(check, nth, 'after');
      const record = await check.record();
      expect([nth, record?.state]).toEqual([nth, 'refused']);
      expect(check.files.text('results/crm/spring-rejected.csv')).toContain(record?.refusal?.message);
      expect(await check.campaigns.active()).toEqual([{ source: 'crm', name: 'spring', drop: 1 }]);
      if (!isCut) break;
    }
  });
});

describe('two runs of one check at once', () => {
  test('write the same chunks, and one of them stops at its first step', async () => {
    const whole = givenCheck();
    await whole.settle();
    const expected = await resultOf(whole);
    const check = givenCheck();
    // The event comes twice, and the second copy is handled while the first one is.
    let isSecond = false;
    check.beforeCall = async (port) => {
      if (port !== 'files.putDigests' || isSecond) return;
      isSecond = true;
      const slow = check.afterCall;
      check.afterCall = () => {};
      check.event(key);
      const [first, second] = check.messages.splice(0, 2);
      if (second) check.messages.push(second);
      await check.handleOne();
      if (first) check.messages.push(first);
      check.afterCall = slow;
    };
    await check.settle();
    expect(await resultOf(check)).toEqual(expected);
    expect(isSecond).toBe(true);
    // A run counts the rows of a step when it has won the record.
    expect(check.counts.get('CampaignRowsChecked')).toBe(602);
  });
});

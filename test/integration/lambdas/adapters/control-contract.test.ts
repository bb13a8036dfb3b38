import { PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { ControlTable } from '../../../../lambdas/adapters/control-table.ts';
import { emptyControl } from '../../../../lambdas/domain/control/control-record.ts';
import { InMemoryControl } from '../../../world/in-memory-control.ts';
import { stillClock } from '../../../world/stillness.ts';
import { givenTable } from './given-engines.ts';
import { givenLostAnswers } from './given-lost-answers.ts';

const clock = stillClock();
const noon = Date.parse('2026-03-09T12:30:00Z');

/** The behaviour that governor, workers and replayer rely on, in memory and in DynamoDB. */
describe.each<[string, () => Promise<ControlTable | InMemoryControl>]>([
  ['in memory', async () => new InMemoryControl()],
  [
    'over DynamoDB’s wire',
    async () => {
      const { client, table } = await givenTable();
      return new ControlTable(client, table, clock);
    },
  ],
])('the control table %s', (_, given) => {
  let control: ControlTable | InMemoryControl;
  beforeAll(async () => {
    control = await given();
  });

  it('is empty before the first run, and accepts a write only from a writer that has read the last revision', async () => {
    const nothing = await control.read();
    expect(nothing).toEqual({ control: undefined, corrupt: false, signals: {} });
    const open = { campaign: { state: 'open', since: 1 } } as const;
    expect(await control.write({ ...emptyControl, governedAt: 1, lanes: open }, nothing)).toBe(true);
    expect(await control.write({ ...emptyControl, governedAt: 2 }, nothing)).toBe(false);
    const first = await control.read();
    expect(first.control).toMatchObject({ v: 2, revision: 1, governedAt: 1, lanes: open });
    expect(await control.write({ ...emptyControl, governedAt: 3, parkedAt: 77 }, first)).toBe(true);
    expect(await control.write({ ...emptyControl, governedAt: 4 }, first)).toBe(false);
    expect((await control.read()).control).toMatchObject({ revision: 2, governedAt: 3, parkedAt: 77 });
  });

  it('clears `parkedAt` unless a lane has parked since, and refuses a write of an older reading', async () => {
    const read = await control.read();
    expect(await control.drained(76)).toBe(false);
    expect(await control.drained(77)).toBe(true);
    expect((await control.read()).control).not.toHaveProperty('parkedAt');
    expect(await control.write({ ...emptyControl, parkedAt: 77 }, read)).toBe(false);
  });

  it('keeps the last time of each signal beside the control record', async () => {
    await control.signal('quotaExceededAt', 5);
    await control.signal('apiOutageAt', 6);
    await control.signal('quotaExceededAt', 7);
    expect((await control.read()).signals).toEqual({ quotaExceededAt: 7, apiOutageAt: 6 });
  });

  it('sums calls by lane, day and hour', async () => {
    await control.addSpent('campaign', 600, noon);
    await control.addSpent('campaign', 200, noon + 60_000);
    await control.addSpent('campaign', 9, noon + 3_600_000);
    await control.addSpent('transactional', 5, noon - 86_400_000);
    const spent = await control.spent(['campaign', 'transactional'], ['2026-03-08', '2026-03-09']);
    const counted = spent.map(({ lane, day, calls, byHour }) => [lane, day, calls, byHour.get(12), byHour.get(13)]);
    expect(counted.sort()).toEqual([
      ['campaign', '2026-03-09', 809, 800, 9],
      ['transactional', '2026-03-08', 5, 5, 0],
    ]);
    expect(await control.spent(['transactional'], ['2026-03-09'])).toEqual([]);
  });

  it('sums renewals by day', async () => {
    await control.addRenewals('2026-03-20', 3, noon);
    await control.addRenewals('2026-03-20', 4, noon);
    await control.addRenewals('2026-03-21', 5, noon);
    expect(await control.renewals(['2026-03-20', '2026-03-22'])).toBe(7);
  });
});

describe('in DynamoDB', () => {
  it('a record of another version, or a malformed one, is read as corrupt and replaced', async () => {
    const { client, table } = await givenTable();
    const control = new ControlTable(client, table, clock);
    const put = (item: Record<string, { S: string } | { N: string }>) =>
      client.send(new PutItemCommand({ TableName: table, Item: { pk: { S: 'control' }, ...item } }));
    await put({ v: { N: '1' }, quotaRemaining: { N: '123' }, polledAt: { N: '456' } });
    const other = await control.read();
    expect(other).toMatchObject({ corrupt: true, control: undefined });
    expect(await control.write({ ...emptyControl, governedAt: 1 }, other)).toBe(true);
    expect((await control.read()).control).toMatchObject({ governedAt: 1 });

    await put({ v: { N: '2' }, lanes: { S: 'nonsense' }, revision: { N: '9' } });
    const broken = await control.read();
    expect(broken).toMatchObject({ corrupt: true, control: undefined });
    expect(await control.write({ ...emptyControl, governedAt: 2 }, broken)).toBe(true);
    expect((await control.read()).control).toMatchObject({ governedAt: 2 });
  });

  it('an addition whose answer was lost is counted once, beside other environments’ additions', async () => {
    // Given
    const { client, table } = await givenTable();
    const { lossy, lost } = await givenLostAnswers(client);
    const [unlucky, other] = [new ControlTable(lossy, table, clock), new ControlTable(client, table, clock)];
    // When
    await unlucky.addSpent('campaign', 600, noon);
    await other.addSpent('campaign', 5, noon);
    await unlucky.addSpent('campaign', 70, noon + 3_600_000);
    await unlucky.addRenewals('2026-03-20', 3, noon);
    await other.addRenewals('2026-03-20', 1, noon);
    // Then
    expect(lost()).toBe(3);
    const [spent] = await other.spent(['campaign'], ['2026-03-09']);
    expect([spent?.calls, spent?.byHour.get(12), spent?.byHour.get(13)]).toEqual([675, 605, 70]);
    expect(await other.renewals(['2026-03-20'])).toBe(4);
  });

  it('a write of the control record whose answer was lost is recognised as the writer’s own', async () => {
    // Given
    const { client, table } = await givenTable();
    const { lossy, lost } = await givenLostAnswers(client);
    const [unlucky, other] = [new ControlTable(lossy, table, clock), new ControlTable(client, table, clock)];
    const nothing = await other.read();
    // When
    const written = await unlucky.write({ ...emptyControl, governedAt: 1 }, nothing);
    // Then
    expect([written, lost()]).toEqual([true, 1]);
    expect(await other.write({ ...emptyControl, governedAt: 2 }, nothing)).toBe(false);
    expect((await other.read()).control).toMatchObject({ revision: 1, governedAt: 1 });
  });

  it('the control record never expires, and counts expire after the forecast’s months', async () => {
    const { client, table } = await givenTable();
    const control = new ControlTable(client, table, clock);
    await control.write(emptyControl, await control.read());
    await control.addSpent('campaign', 1, noon);
    await control.addRenewals('2027-03-09', 1, noon);
    const { Items = [] } = await client.send(new ScanCommand({ TableName: table }));
    const expiry = (key: string) => Items.find(({ pk }) => pk?.S === key)?.expiresAt?.N;
    expect(expiry('control')).toBeUndefined();
    expect(expiry('spent#campaign/2026-03-09')).toBe(String(noon / 1000 + 75 * 86_400));
    expect(expiry('renewals#2027-03-09')).toBe(String(Date.parse('2027-03-09') / 1000 + 75 * 86_400));
  });
});

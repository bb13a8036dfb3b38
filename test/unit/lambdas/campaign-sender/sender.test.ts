import { test as base, describe, expect } from 'vitest';
import { InMemoryCampaignTable } from '../../../world/in-memory-campaign-table.ts';
import { SendingWorld } from '../../../world/sending-world.ts';

const it = base.extend('world', () => new SendingWorld());

function giveTwoLanes(world: SendingWorld): void {
  const lane = { commandsPerSecond: 10, imagesPerSecond: 5 };
  world.settings = {
    ...world.settings,
    LANES: [
      { ...lane, name: 'campaign', queueUrl: 'http://127.0.0.1:1/campaign' },
      { ...lane, name: 'urgent', queueUrl: 'http://127.0.0.1:1/urgent' },
    ],
    producers: [{ source: 'crm', templates: ['A1b3'], lanes: ['campaign', 'urgent'] }],
  };
}

describe('a campaign', () => {
  it('is sent, settled and finished, and each row gets what became of it', async ({ world }) => {
    // Given
    await world.given('spring', ['create', 'create-qr', 'rejected', 'create', 'create'], { perChunk: 2 });
    // When
    await world.run();
    // Then
    expect(world.record('spring')).toMatchObject({
      state: 'finished',
      sent: 3,
      settled: 3,
      settledBeyond: [],
      outstanding: [],
      rowsSent: 4,
    });
    expect(world.counts('spring')).toEqual({ created: 4, rejected: 1, 'not attempted': 0 });
    expect(world.results('spring').map(({ row, status, qr }) => [row, status, qr])).toEqual([
      [1, 'created', undefined],
      [2, 'created', 'ready'],
      [3, 'rejected', undefined],
      [4, 'created', undefined],
      [5, 'created', undefined],
    ]);
    expect(await world.campaigns.active()).toEqual([]);
  });

  it('sends its rows as its source, in its own message group, each under a stable message ID', async ({ world }) => {
    // Given
    await world.given('spring', ['create', 'create']);
    // When
    await world.run();
    // Then
    expect(world.sent.map(({ sender, groupId }) => [sender, groupId])).toEqual([
      ['source:crm', 'crm/spring'],
      ['source:crm', 'crm/spring'],
    ]);
    const [first, second] = world.sent.map(({ messageId }) => messageId);
    expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    expect(second).not.toBe(first);
  });

  it('publishes `campaign-finished` to its source, with the counts and the places of the results', async ({
    world,
  }) => {
    // Given
    await world.given('spring', ['create', 'rejected']);
    // When
    await world.run();
    // Then
    expect(world.outcomes).toMatchObject([
      {
        outcome: 'campaign-finished',
        source: 'crm',
        requestId: null,
        action: null,
        lane: 'campaign',
        campaign: {
          name: 'spring',
          drop: 1,
          state: 'finished',
          rows: 2,
          counts: { created: 1, rejected: 1, 'not attempted': 0 },
          results: {
            bucket: 'campaigns',
            csv: 'results/crm/spring.csv',
            ndjson: 'results/crm/spring.ndjson',
            rejected: 'results/crm/spring-rejected.csv',
          },
        },
      },
    ]);
  });

  it('gets its file back with the links, as a spreadsheet opens it', async ({ world }) => {
    // Given
    await world.given('spring', ['create', 'create'], { perChunk: 1 });
    // When
    await world.run();
    // Then
    const lines = world.files.text('results/crm/spring.csv')?.split('\r\n') ?? [];
    expect(lines).toHaveLength(4);
    expect(lines[0]?.startsWith('\ufeffid,note,status,')).toBe(true);
    expect(lines[1]).toMatch(/^k-1,a note,created,.*https:\/\/acme\.onelink\.me\/A1b3\//);
    expect(lines[2]).toMatch(/^k-2,a note,created,/);
    expect(world.contentTypes.get('results/crm/spring.csv')).toBe('text/csv; charset=utf-8');
  });

  it('ends at once if no row has a command', async ({ world }) => {
    // Given
    await world.given('spring', ['rejected', 'rejected', 'rejected'], { perChunk: 1 });
    // When
    await world.run();
    // Then
    expect(world.record('spring').state).toBe('finished');
    expect(world.sent).toEqual([]);
    expect(world.counts('spring')).toEqual({ rejected: 3, 'not attempted': 0 });
  });

  it('ends without rows', async ({ world }) => {
    // Given
    await world.given('spring', []);
    // When
    await world.run();
    // Then
    expect(world.record('spring').state).toBe('finished');
    expect(world.outcomes).toHaveLength(1);
  });

  it('that comes when its lane has ended for this run is sent by the run of the next minute', async ({ world }) => {
    // Given a campaign that comes after one lane has seen the list empty, and before the other lane has
    giveTwoLanes(world);
    await world.given('spring', ['create']);
    const active = () => InMemoryCampaignTable.prototype.active.call(world.campaigns);
    let isGiven = false;
    world.campaigns.active = async () => {
      const drops = await active();
      if (drops.length === 0 && !isGiven) {
        isGiven = true;
        await world.given('summer', ['create']);
      }
      return drops;
    };
    const startedAt = world.now;
    // When
    await world.run();
    // Then
    expect(world.now - startedAt).toBeLessThan(60_000);
    await world.run();
    expect(world.record('summer').state).toBe('finished');
  });

  it('sends nothing while it is being checked, or waits for its approval', async ({ world }) => {
    // Given
    await world.given('spring', ['create'], { state: 'waiting' });
    await world.given('summer', ['create'], { state: 'checking' });
    // When
    await world.run();
    // Then
    expect(world.sent).toEqual([]);
    // When
    await world.approve('spring');
    await world.run();
    // Then
    expect(world.record('spring').state).toBe('finished');
    expect(world.record('summer').sent).toBe(0);
  });

  it('knows an unchanged row by its link', async ({ world }) => {
    // Given
    await world.given('spring', ['unchanged']);
    world.ledger.links.set('A1b3/known-1', {
      address: { onelinkId: 'A1b3', shortlinkId: 'known-1' },
      source: 'crm',
      requestId: 'spring/k-1',
      state: 'live',
      shortUrl: 'https://acme.onelink.me/A1b3/known-1',
      pid: 'sms',
      dataDigest: 'd',
      ttlSeconds: 2_678_400,
      renewTtl: true,
      version: 1,
      applied: { requestedAt: '2026-02-01T10:00:00Z', requestId: 'spring/k-1' },
      expiresAt: 1_775_000_000,
    });
    // When
    await world.run();
    // Then
    expect(world.results('spring')).toMatchObject([
      { status: 'unchanged', shortUrl: 'https://acme.onelink.me/A1b3/known-1' },
    ]);
  });

  it('shows the image of a changed link, and names the code that needs another drop', async ({ world }) => {
    // Given
    const chosen = (row: number) => ({ shortlinkId: `shop-${row}` });
    await world.given('spring', [{ ...chosen(1), qr: { size: 300 } }, chosen(2), chosen(3)]);
    await world.run();
    world.now += 60_000;
    const change = { action: 'update', requestedAt: '2026-03-01T10:00:10Z', data: { pid: 'sms', c: 'summer' } };
    const alone = { action: 'qr', data: undefined, qr: { size: 300 }, requestedAt: change.requestedAt };
    // When
    await world.given('summer', [
      { ...change, ...chosen(1), wantsCode: true },
      { ...change, ...chosen(2), wantsCode: true },
      { ...alone, ...chosen(3) },
    ]);
    await world.run();
    // Then
    const shown = (row: number) => ({
      status: 'updated',
      shortUrl: `https://acme.onelink.me/A1b3/shop-${row}`,
      expiresAt: expect.any(String),
    });
    const results = world.results('summer');
    expect(results).toMatchObject([
      { ...shown(1), qr: 'ready', qrKey: 'qr/crm/A1b3/shop-1.png' },
      { ...shown(2), qr: 'failed', reason: 'code-needs-another-drop' },
      { ...shown(3), qr: 'ready', qrKey: 'qr/crm/A1b3/shop-3.png' },
    ]);
    expect(results[0]).not.toHaveProperty('reason');
  });

  it('rejects a row whose requestId has another command', async ({ world }) => {
    // Given
    await world.given('spring', ['create']);
    await world.run();
    world.now += 60_000;
    // When
    await world.given('spring', [{ data: { pid: 'print' } }], { drop: 2 });
    await world.run();
    // Then
    expect(world.results('spring')).toMatchObject([{ status: 'rejected', reason: 'request-id-reused' }]);
  });

  it('answers a row from the record of an earlier drop with the same command', async ({ world }) => {
    // Given
    await world.given('spring', ['create']);
    await world.run();
    const [first] = world.results('spring');
    // When
    await world.given('spring', [{ requestedAt: '2026-03-01T10:01:00Z' }], { drop: 2 });
    await world.run();
    // Then
    expect(world.results('spring')).toMatchObject([{ status: 'created', shortUrl: first?.shortUrl }]);
    expect(world.api.calls.filter((call) => call === 'create')).toHaveLength(1);
  });
});

describe('a row that is not sent', () => {
  it('is rejected with its faults if the configuration refuses it since the check', async ({ world }) => {
    // Given
    await world.given('spring', ['create', { onelinkId: 'Z9z9' }, 'create']);
    // When
    await world.run();
    // Then
    expect(world.sent).toHaveLength(2);
    expect(world.results('spring')).toMatchObject([
      { status: 'created' },
      { status: 'rejected', reason: 'invalid-command', faults: [{ path: 'onelinkId', rule: 'not-allowed' }] },
      { status: 'created' },
    ]);
  });

  it('is rejected if a policy refuses it', async ({ world }) => {
    // Given
    world.policy = (raw) => ({
      faults: raw.requestId === 'spring/k-1' ? [{ path: 'data.af_r', rule: 'host', message: 'is not allowed' }] : [],
      warnings: [],
    });
    await world.given('spring', ['create', 'create']);
    // When
    await world.run();
    // Then
    expect(world.counts('spring')).toEqual({ created: 1, rejected: 1, 'not attempted': 0 });
  });

  it('has failed if the queue refuses its message, and the others go on', async ({ world }) => {
    // Given
    world.refusedByQueue.add('spring/k-2');
    await world.given('spring', ['create', 'create', 'create']);
    // When
    await world.run();
    // Then
    expect(world.results('spring').map(({ status, reason }) => [status, reason])).toEqual([
      ['created', undefined],
      ['failed', 'refused-by-queue'],
      ['created', undefined],
    ]);
  });
});

describe('a failure', () => {
  it.for([
    'read',
    'write',
    'chunk',
    'putChunkResult',
    'chunkResult',
    'upload',
    'publish',
    'requests',
    'linksAt',
    'http://127.0.0.1:1/campaign',
  ])('of %s fails the run, and the campaign ends all the same', async (port, { world }) => {
    // Given
    await world.given('spring', ['create-qr']);
    // The first write loses against an operator's, so the record is read again.
    world.beforeWrite = async () => {
      await world.pause('spring');
      await world.resume('spring');
    };
    world.failing.add(port);
    // When
    await expect(world.run()).rejects.toThrow('campaigns have failed in lanes: campaign');
    // Then
    expect(world.metrics.get('CampaignFailed')).toBe(1);
    expect(world.counts('spring')).toEqual({ created: 1, 'not attempted': 0 });
    expect(world.record('spring').state).toBe('finished');
  });

  it('of one campaign stops no other', async ({ world }) => {
    // Given
    await world.given('spring', ['create']);
    await world.given('summer', ['create']);
    world.files.objects.delete('work/crm/spring/1/chunk-0000001.ndjson');
    // When
    await expect(world.run()).rejects.toThrow('campaigns have failed');
    // Then
    expect(world.record('summer').state).toBe('finished');
    expect(world.record('spring')).toMatchObject({ state: 'sending', sent: 0 });
  });

  it('of one lane does not stop the others', async ({ world }) => {
    // Given
    giveTwoLanes(world);
    await world.given('spring', ['create']);
    await world.given('summer', ['create'], { lane: 'urgent' });
    world.failing.add('http://127.0.0.1:1/campaign');
    // When
    await expect(world.run()).rejects.toThrow('campaigns have failed in lanes: campaign');
    // Then
    expect(world.record('summer').state).toBe('finished');
    expect(world.record('spring').state).toBe('finished');
  });

  it('leaves no cell, link ID or parameter in the logs', async ({ world }) => {
    // Given
    await world.given('spring', ['create-qr', { data: { pid: 'sms', c: 'secret-value' }, shortlinkId: 'secret-id' }]);
    world.failing.add('upload');
    // When
    await expect(world.run()).rejects.toThrow();
    // Then
    const text = JSON.stringify(world.logs);
    expect(text).not.toMatch(/secret|a note|k-1/);
    expect(text).toContain('"campaign":"spring"');
  });
});

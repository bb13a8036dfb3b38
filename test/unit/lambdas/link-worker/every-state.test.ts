import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dataDigest } from '../../../../lambdas/domain/link/digest.ts';
import type { LinkRecord } from '../../../../lambdas/domain/link/ledger-record.ts';
import { givenLinkAt } from '../../../world/given-ledger.ts';
import {
  adopt,
  chosen,
  LinkWorld,
  linkIdSecret,
  migrate,
  qr,
  remove,
  spring,
  update,
} from '../../../world/link-world.ts';

/** docs/commands.md's table of link states, which this test runs cell by cell. */
const text = readFileSync(new URL('../../../../docs/commands.md', import.meta.url), 'utf8');
const table = text.slice(text.indexOf('| The link is |')).split('\n\n')[0] ?? '';
const [header = [], , ...rows] = table.split('\n').map((line) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim()),
);
const cells = rows.flatMap(([state = '', ...answers]) =>
  answers.map((answer, index): [string, string, string] => [state, header[index + 1] ?? '', answer]),
);

const hour = 3_600;
const now = { requestId: 'now', requestedAt: '2026-03-01T10:00:00Z' };
const commands: Record<string, unknown> = {
  create: { ...chosen, ...now },
  update: { ...update, data: chosen.data, ...now },
  delete: { ...remove, ...now },
  qr: { ...qr, ...now },
  adopt: { ...adopt, ...now },
  migrate: { ...migrate, ...now },
};

const before = { requestedAt: '2026-03-01T09:00:00Z', requestId: 'before' };
const after = { requestedAt: '2026-03-01T10:00:01Z', requestId: 'after' };

/** Puts the world into each state of the table. */
const states: Record<string, (world: LinkWorld, nowSeconds: number) => void> = {
  nowhere: () => {},
  'at the API only, as asked for': (world) => atApi(world, chosen.data),
  'at the API only, different': (world) => atApi(world, { pid: 'else' }),
  live: (world) => live(world, {}),
  'live, another source’s': (world) => live(world, { source: 'studio' }),
  'live, being changed': (world, now) =>
    live(world, { lease: { action: 'update', ...before, requestId: 'other', until: now + 60 } }),
  'live, with a lost change that took effect': (world, now) => {
    live(world, { lease: lostUpdate(now) });
    world.api.links.set(spring, { data: { pid: 'lost' }, ttlSeconds: hour, expiresAt: now + hour });
  },
  'live, with a lost change that did not': (world, now) => live(world, { lease: lostUpdate(now) }),
  'live, changed by a later command': (world) => live(world, { applied: after }),
  'deleted by an earlier command of its source': (world) => deleted(world, before),
  'deleted, another source’s': (world) => deleted(world, before, { source: 'studio' }),
  'deleted by a later command of its source': (world) => deleted(world, after),
  expired: (world, now) => {
    live(world, { expiresAt: now - hour });
    world.api.links.clear();
  },
  'expired, not yet removed by the API': (world, now) => {
    live(world, { expiresAt: now - hour });
    world.api.links.set(spring, { data: { pid: 'old' }, expiresAt: now - hour });
  },
  'expired, but kept alive by clicks': (world, now) => live(world, { expiresAt: now - hour }),
  'expired, another source’s': (world, now) => {
    live(world, { source: 'studio', expiresAt: now - hour });
    world.api.links.clear();
  },
  'removed from the ledger, another source’s claim remains': (world, now) => {
    world.ledger.claims.set(spring, {
      source: 'studio',
      requestId: 'made-it',
      until: now - hour,
      token: 'ended',
      expiresAt: now + hour,
    });
  },
};

function lostUpdate(now: number): NonNullable<LinkRecord['lease']> {
  const intended = {
    dataDigest: dataDigest(linkIdSecret, { pid: 'lost' }),
    ttlSeconds: hour,
    renewTtl: true,
    expiresAt: now,
  };
  return { action: 'update', requestId: 'lost', requestedAt: '2026-03-01T09:30:00Z', until: now - 1, intended };
}

function atApi(world: LinkWorld, data: Record<string, string>): void {
  world.api.links.set(spring, { data, expiresAt: Math.floor(world.now / 1000) + 31 * 86_400 });
}

function live(world: LinkWorld, change: Partial<LinkRecord>): void {
  atApi(world, { pid: 'old' });
  const record = givenLinkAt('spring', {
    requestId: 'made-it',
    pid: 'old',
    dataDigest: dataDigest(linkIdSecret, { pid: 'old' }),
    applied: before,
    expiresAt: Math.floor(world.now / 1000) + 31 * 86_400,
    ...change,
  });
  world.ledger.links.set(spring, record);
}

function deleted(world: LinkWorld, applied: LinkRecord['applied'], change: Partial<LinkRecord> = {}): void {
  live(world, { state: 'deleted', applied, version: 2, ...change });
  world.api.links.clear();
}

const verbs = { create: 'POST', read: 'GET', update: 'PUT', delete: 'DELETE', qr: 'GET' };

describe('the table of link states in docs/commands.md', () => {
  it('has every state', () => {
    expect(rows.map(([state]) => state)).toEqual(Object.keys(states));
    expect(header.slice(1)).toEqual(Object.keys(commands));
  });

  it.each(cells)('is true for link %s, %s: %s', async (state, action, expected) => {
    const world = new LinkWorld();
    states[state]?.(world, Math.floor(world.now / 1000));

    const [disposition] = await world.deliver({ body: commands[action] });

    const ending = world.outcomes[0]?.outcome ?? (world.qrJobs.length > 0 ? 'QR job' : undefined);
    const calls = world.api.calls.map((operation) => verbs[operation]).join(' ') || '–';
    expect(`${disposition === 'done' ? ending : 'waits'} · ${calls}`).toBe(expected);
    expect(world.outcomes.length + world.qrJobs.length).toBe(disposition === 'done' ? 1 : 0);
  });
});

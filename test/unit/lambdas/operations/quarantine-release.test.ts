import { describe, expect, test } from 'vitest';
import type { ParkedCommand } from '../../../../lambdas/domain/contract/parked-command.ts';
import { release } from '../../../../lambdas/operations/quarantine.ts';

const key = 'quarantine/campaign/unreadable/lot.ndjson';
const command: ParkedCommand = {
  v: 1,
  lane: 'campaign',
  messageId: 'm-1',
  sentAtMilliseconds: 5,
  receiveCount: 1,
  parkedAtMilliseconds: 7,
  source: 'crm',
  requestId: 'r-1',
  body: '{"x":"a\uffff"}',
};

/** A quarantine with these lines under the key. */
function given(...lines: string[]) {
  const objects = new Map([[key, lines]]);
  const parked: ParkedCommand[] = [];
  const ports = {
    quarantine: {
      lines: async (at: string) => objects.get(at),
      keepLines: async (_lane: string, lot: string, reason: string, kept: readonly string[]) =>
        void objects.set(`${lot} ${reason}`, [...kept]),
      remove: async (at: string) => void objects.delete(at),
    },
    parked: { add: async (line: ParkedCommand) => void parked.push(line) },
  };
  return { objects, parked, release: () => release({ key, lane: 'campaign' }, ports) };
}

describe('a release from quarantine', () => {
  test('parks commands in characters that SQS accepts, and dates one without a sent time by its parking', async () => {
    const world = given(JSON.stringify(command), JSON.stringify({ ...command, sentAtMilliseconds: null }));
    expect(await world.release()).toEqual({ released: 2, left: 0 });
    expect(world.parked).toEqual([
      { ...command, body: '{"x":"a\\uffff"}' },
      { ...command, body: '{"x":"a\\uffff"}', sentAtMilliseconds: 7 },
    ]);
    expect(world.objects.size).toBe(0);
  });

  test('keeps unreadable lines in quarantine', async () => {
    const world = given('trash', JSON.stringify(command));
    expect(await world.release()).toEqual({ released: 1, left: 1 });
    expect([...world.objects.values()]).toEqual([['trash']]);
  });

  test('leaves an object with only unreadable lines unchanged', async () => {
    const world = given('trash');
    expect(await world.release()).toEqual({ released: 0, left: 1 });
    expect([...world.objects.keys()]).toEqual([key]);
    expect(world.parked).toEqual([]);
  });
});

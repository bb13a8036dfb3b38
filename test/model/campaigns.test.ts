import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CampaignCheck } from '../world/campaign-check.ts';
import { linkIdSecret } from '../world/link-world.ts';
import { SendingWorld } from '../world/sending-world.ts';

/** The content of a row by its key. `faulty`: it has no media source. */
type Content = 'spring' | 'summer' | 'autumn' | 'faulty';
type File = Readonly<Record<string, Content | undefined>>;

const content = fc.option(fc.constantFrom<Content>('spring', 'spring', 'summer', 'autumn', 'faulty'), {
  nil: undefined,
});
const file: fc.Arbitrary<File> = fc.record({ k1: content, k2: content, k3: content, k4: content, k5: content });

type Step =
  | { do: 'drop'; file: File }
  | { do: 'cut-check' | 'cut-send'; after: number }
  | { do: 'check' | 'send' | 'links-stop' | 'links-go' }
  | { do: 'wait'; minutes: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('drop' as const), file }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('cut-check' as const), after: fc.nat({ max: 14 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('cut-send' as const), after: fc.nat({ max: 40 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('check', 'send', 'links-stop', 'links-go') }) as fc.Arbitrary<Step>,
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 20 }) }) },
);

const rowsOf = (given: File) => Object.entries(given).flatMap(([key, c]) => (c === undefined ? [] : [{ key, c }]));

/** Checker and sender of one campaign, over the same ledger, bucket and table. The link worker is the real one. */
class CampaignWorld {
  readonly sending = new SendingWorld();
  readonly check: CampaignCheck;
  /** When the newest file arrived. */
  droppedAt = 0;
  /** Every content that a drop has given a key. */
  readonly given = new Map<string, Set<string>>();

  constructor() {
    const { files, campaigns, ledger, control, now } = this.sending;
    // A chunk has 250 rows, so such a file has one step.
    const sizes = { rowsPerStep: 250, bytesPerStep: 1_000_000, rowsAtOnce: 250 };
    this.check = new CampaignCheck({}, sizes, { files, campaigns, ledger, control, now, secret: linkIdSecret });
    files.drop('inbox/crm/spring.campaign.json', '{"lane":"campaign"}', now);
  }

  async drop(dropped: File): Promise<void> {
    // S3 counts whole seconds, and a change must be later than the one before it.
    await this.sending.elapse(2_000);
    this.#together();
    const rows = rowsOf(dropped);
    for (const { key, c } of rows) this.given.set(key, new Set([...(this.given.get(key) ?? []), c]));
    const lines = rows.map(({ key, c }) => `${key},${c === 'faulty' ? '' : 'sms'},${c}`);
    this.check.drop('inbox/crm/spring.csv', `request_id,pid,c\n${lines.join('\n')}\n`);
    this.droppedAt = Math.floor(this.check.now / 1000) * 1000;
  }

  /** Handles a message, and cuts the run before a call of a port. */
  async cutCheck(after: number): Promise<void> {
    this.#together();
    let calls = 0;
    this.check.beforeCall = () => {
      if (calls++ === after) throw new Error('the test cuts the run here');
    };
    await this.check.handleOne();
    this.check.beforeCall = () => {};
    await this.#catchUp();
  }

  async checkAll(): Promise<void> {
    this.#together();
    await this.check.settle();
    await this.#catchUp();
  }

  /** Everything that is under way ends. */
  async rest(): Promise<void> {
    this.sending.worksLinks = true;
    await this.checkAll();
    await this.sending.runs(180);
  }

  #together(): void {
    this.check.now = this.sending.now;
  }

  async #catchUp(): Promise<void> {
    await this.sending.elapse(this.check.now - this.sending.now);
  }
}

async function take(world: CampaignWorld, one: Step): Promise<void> {
  switch (one.do) {
    case 'drop':
      return world.drop(one.file);
    case 'cut-check':
      return world.cutCheck(one.after);
    case 'check':
      return world.checkAll();
    case 'cut-send':
      await world.sending.run(one.after);
      return;
    case 'send':
      await world.sending.run();
      return;
    case 'wait':
      return world.sending.elapse(one.minutes * 60_000);
    default:
      world.sending.worksLinks = one.do === 'links-go';
  }
}

/** What the campaign has made of the newest file. */
function expectSound({ sending, droppedAt, given }: CampaignWorld, newest: File): void {
  const record = sending.record('spring');
  const rows = rowsOf(newest);
  if (rows.length === 0) {
    expect(record).toMatchObject({ file: { droppedAt }, state: 'refused', refusal: { rule: 'no-rows' } });
    return;
  }
  expect(record).toMatchObject({ file: { droppedAt }, state: 'finished' });
  const results = sending.results('spring');
  expect(results.map(({ key }) => key)).toEqual(rows.map(({ key }) => key));
  for (const [index, { status, reason, onelinkId, shortlinkId }] of results.entries()) {
    const { c = '' } = rows[index] ?? {};
    if (c === 'faulty') expect(status).toBe('rejected');
    else if (status === 'rejected') expect(reason).toBe('request-id-reused');
    else {
      expect(['created', 'updated', 'unchanged']).toContain(status);
      expect(sending.api.links.get(`${onelinkId}/${shortlinkId}`)?.data).toEqual({ pid: 'sms', c });
    }
  }
  // One link a key, with data that a drop has given it.
  expect(sending.api.links.size).toBeLessThanOrEqual(given.size);
  expect([...sending.ledger.links.keys()].sort()).toEqual([...sending.api.links.keys()].sort());
}

describe('a campaign whose file is dropped again and again', () => {
  it('makes one link a key, and only what is new or changed costs a call, wherever its functions are cut off', async () => {
    const scenario = fc.record({ first: file, steps: fc.array(step, { maxLength: 12 }), last: file });
    const property = fc.asyncProperty(scenario, async ({ first, steps, last }) => {
      // Given
      const world = new CampaignWorld();
      await world.drop(first);
      // When
      for (const one of steps) await take(world, one);
      await world.drop(last);
      await world.rest();
      // Then
      expectSound(world, last);
      // When: rows that an older drop was still sending are dropped again, and then the same file once more.
      await world.drop(last);
      await world.rest();
      expectSound(world, last);
      const calls = world.sending.api.quotaCalls;
      await world.drop(last);
      await world.rest();
      // Then
      expect(world.sending.api.quotaCalls).toBe(calls);
      expectSound(world, last);
      const statuses = rowsOf(last).map(({ c }) => (c === 'faulty' ? 'rejected' : 'unchanged'));
      if (statuses.length > 0) expect(world.sending.results('spring').map(({ status }) => status)).toEqual(statuses);
    });
    await fc.assert(property, { numRuns: 40 });
  }, 120_000);
});

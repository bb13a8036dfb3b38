import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { create, LinkWorld } from '../../../world/link-world.ts';

/** A stand-in for personal data, which may appear only in the archive. */
const secretMark = 'jane.doe+49170';

const anything = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(secretMark, `https://x.example/#${secretMark}`, '', null, -1, 1e308, '__proto__', [], {}),
  fc.string({ unit: 'binary', maxLength: 60 }),
);

const parameter = fc.tuple(
  fc.oneof(
    fc.constantFrom('pid', 'c', 'af_r', 'af_dp', 'af_cost_value', 'ttl', '__proto__', 'constructor', ''),
    fc.string(),
  ),
  fc.oneof(fc.constantFrom<unknown>('sms', 'true', 7, `${secretMark}<>`, ` ${secretMark}`), anything),
);

const command = fc
  .record({
    action: fc.constantFrom('create', 'create', 'create', 'update', 'delete', 'qr', 'upsert'),
    requestId: fc.oneof(
      { weight: 5, arbitrary: fc.stringMatching(/^[a-z]{1,3}$/) },
      { weight: 1, arbitrary: fc.string() },
    ),
    data: fc.oneof(
      {
        weight: 3,
        arbitrary: fc.array(parameter, { maxLength: 6 }).map((pairs) => Object.fromEntries([['pid', 'sms'], ...pairs])),
      },
      { weight: 4, arbitrary: fc.constant({ pid: 'sms', deep_link_value: secretMark }) },
      { weight: 1, arbitrary: anything },
    ),
    extra: fc.dictionary(
      fc.constantFrom(
        'ttl',
        'renewTtl',
        'brandDomain',
        'shortlinkId',
        'qr',
        'validUntil',
        'metadata',
        'source',
        'onelinkId',
        'requestedAt',
        'foo',
      ),
      anything,
      { maxKeys: 2 },
    ),
    without: fc.oneof(
      { weight: 3, arbitrary: fc.constant(null) },
      {
        weight: 1,
        arbitrary: fc.constantFrom('source', 'requestId', 'action', 'onelinkId', 'data', 'requestedAt', 'specVersion'),
      },
    ),
  })
  .map(({ action, requestId, data, extra, without }) => {
    const made: Record<string, unknown> = { ...create, action, requestId, data, ...extra };
    if (without !== null) delete made[without];
    return made;
  });

const body = fc.oneof(
  { weight: 6, arbitrary: command.map((made) => JSON.stringify(made)) },
  {
    weight: 1,
    arbitrary: command.map((made) => JSON.stringify({ Type: 'Notification', Message: JSON.stringify(made) })),
  },
  { weight: 1, arbitrary: command.map((detail) => JSON.stringify({ 'detail-type': 'x', detail })) },
  { weight: 1, arbitrary: command.map((data) => JSON.stringify({ specversion: '1.0', data })) },
  { weight: 1, arbitrary: fc.jsonValue().map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: fc.json().map((text) => text.slice(0, -1)) },
);

describe('10,000 messages of any form', () => {
  it('each end as an outcome, a QR job or a wait for the link, and none reveals its values', async () => {
    const seen = { invalid: 0, created: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(body, { minLength: 10, maxLength: 10 }), async (bodies) => {
        const world = new LinkWorld();
        const dispositions = await world.deliver(...bodies.map((text) => ({ body: text })));

        const answered = new Set([...world.outcomes, ...world.qrJobs].map(({ messageId }) => messageId));
        for (const [index, disposition] of dispositions.entries()) {
          // Only a change of an unknown link waits.
          if (disposition !== 'done') expect(disposition).toBe('try-again');
          expect(answered.has(`m-${index + 1}`)).toBe(disposition === 'done');
        }
        expect(world.logs.filter(({ message }) => message.includes('error'))).toEqual([]);
        expect(JSON.stringify(world.logs)).not.toContain(secretMark);
        const faults = world.outcomes.flatMap((outcome) => outcome.faults ?? []);
        expect(JSON.stringify(faults.map(({ rule, message }) => [rule, message]))).not.toContain(secretMark);
        for (const rejected of world.outcomes.filter(({ outcome }) => outcome === 'rejected')) {
          expect(rejected.reason).toBeDefined();
          expect(world.rejected.some(({ messageId }) => messageId === rejected.messageId)).toBe(true);
          seen.invalid++;
        }
        seen.created += world.outcomeKinds.filter((kind) => kind === 'created').length;
      }),
      { numRuns: 1_000 },
    );
    // The generator must make valid and invalid commands, or the test proves little.
    expect(seen.invalid).toBeGreaterThan(2_000);
    expect(seen.created).toBeGreaterThan(300);
  }, 60_000);
});

describe('a message whose text JavaScript would change', () => {
  it('is rejected before any call, and can be sent again as text under its requestId', async () => {
    const world = new LinkWorld();
    const text = JSON.stringify({ ...create, data: { pid: 'sms', x: '' } });
    await world.deliver({ body: text.replace('"x":""', '"x":1610521604143693812') });
    expect(world.api.calls).toEqual([]);
    expect(world.outcomes).toMatchObject([
      { outcome: 'rejected', reason: 'invalid-command', faults: [{ path: 'data.x', rule: 'number' }] },
    ]);

    await world.deliver({ body: text.replace('"x":""', '"x":"1610521604143693812"'), messageId: 'm-2' });
    await world.deliver({ body: text.replace('"x":""', '"x":"1610521604143693799"'), messageId: 'm-3' });
    expect(world.outcomeKinds).toEqual(['rejected', 'created', 'rejected']);
    expect(world.outcomes[2]).toMatchObject({ reason: 'request-id-reused' });
    const { onelinkId, shortlinkId } = world.outcomes[1]?.link ?? {};
    expect(world.api.links.get(`${onelinkId}/${shortlinkId}`)).toMatchObject({ data: { x: '1610521604143693812' } });
  });
});

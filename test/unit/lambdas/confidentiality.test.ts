import { describe, expect, it } from 'vitest';
import { commandReader, noPolicy } from '../../../lambdas/domain/contract/command-reading.ts';
import { openEnvelope } from '../../../lambdas/domain/contract/envelope.ts';
import { outcomeSchema } from '../../../lambdas/domain/contract/outcome.ts';
import { faultOfApiError } from '../../../lambdas/domain/onelink/api-answer.ts';
import { Telemetry } from '../../../lambdas/runtime/telemetry.ts';
import { EmulatedApi, operationOf } from '../../world/emulated-api.ts';
import { LinkWorld } from '../../world/link-world.ts';
import { captureOutput } from './runtime/captured-output.ts';
import { givenContext } from './runtime/given-context.ts';

/** What must not be seen again: a person, a way to sign in as them, and the account's key. */
const email = 'jane.doe@example.com';
const phone = '+49-555-0100';
const signIn = 'https://acme.example/sign-in?magic=eyJhbGciOiJIUzI1NiJ9';
const shortlinkId = 'janes-link-7f3a9c';
const token = 'onelink-token-5d41402abc';
const note = 'vip-customer-jane';
const planted = [email, phone, signIn, shortlinkId, token, note, 'jane', '555-0100', 'eyJhbGci'];

function expectNothingPlantedIn(text: string): void {
  const lower = text.toLowerCase();
  expect(planted.filter((value) => lower.includes(value.toLowerCase()))).toEqual([]);
}

const data = { pid: 'sms', af_sub1: email, deep_link_value: signIn, phone, af_r: 'https://acme.example' };
const common = {
  specVersion: '1.0',
  source: 'crm',
  onelinkId: 'A1b3',
  requestedAt: '2026-03-01T09:59:00Z',
  metadata: { [note]: email },
};
/** Planted values where they break a rule. */
const invalid = {
  ...common,
  action: 'create',
  requestId: 'order-invalid',
  shortlinkId: `${email}/${signIn}`,
  data: {
    pid: `${email}/`,
    af_r: `http://${phone}`,
    af_channel: signIn,
    c: ` ${email}`,
    af_cost_value: phone,
    x: [email],
  },
  ttl: phone,
  renewTtl: email,
  brandDomain: email,
  validUntil: phone,
  qr: { size: phone, format: email, margin: token },
};

describe('a fault', () => {
  it.each([
    [400, `Parameter 'af_sub1' has an invalid value: '${email}'. Reason: value should be text.`],
    [400, `Parameter 'af_sub1' has an invalid value: '${email}'. Reason: '${email}' is no text.`],
    [400, `Parameter 'af_sub1' has an invalid value: '${email}'. Reason: ${email} is no text.`],
    [400, `Parameter 'af_sub1' has an invalid value: '${email}'. Reason: ${email.toUpperCase()} is no text.`],
    [400, `Parameter 'deep_link_value' has an invalid value: 'x'. Reason: cannot open ${encodeURIComponent(signIn)}.`],
    [400, `Parameter '${email}' has an invalid value: 'x'. Reason: unknown.`],
    [400, `Parameter 'shortlink_id' has an invalid value: '${shortlinkId}'. Reason: ${shortlinkId} is taken.`],
    [409, `Shortlink ID ${shortlinkId} already exists`],
    [401, `Authentication failed for ${token}`],
    [500, `${signIn} ${phone}`],
  ])('made of an API error of status %i keeps nothing of what it echoes: %s', (status, message) => {
    for (const error_type of ['invalid_parameter', `about ${email}`, 'authentication_failure']) {
      expectNothingPlantedIn(JSON.stringify(faultOfApiError(status, { error_type, message }, { data })));
    }
    expectNothingPlantedIn(JSON.stringify(faultOfApiError(status, message, { data })));
  });

  it('of a command that breaks every rule names the rules and none of the values', () => {
    const read = commandReader({
      policy: noPolicy,
      contract: { maxDataCharacters: 2_048, maxTtlDays: 365 },
      producers: settings.PRODUCERS,
      templates: { A1b3: { domain: 'acme.onelink.me', brandDomains: [] } },
    });
    const reading = read(openEnvelope(JSON.stringify(invalid)), Date.parse('2026-03-10T12:00:00Z'));
    const faults = 'refused' in reading ? reading.refused.faults : [];
    expect(faults.length).toBeGreaterThan(12);
    expectNothingPlantedIn(JSON.stringify(faults));
  });
});

const settings = {
  PRODUCERS: [{ source: 'crm', templates: ['A1b3'], privateOutcomes: true }],
  OUTCOMES_PER_PUBLISH: 1,
  KEEP_DATA: 'full' as const,
};

const commands = [
  { ...common, action: 'create', requestId: 'order-made', data },
  { ...common, action: 'create', requestId: 'order-refused', data: { ...data, af_keywords: 'refuse' } },
  { ...common, action: 'create', requestId: 'order-taken', shortlinkId, data },
  { ...common, action: 'create', requestId: 'order-broken', data: { ...data, af_keywords: 'break' } },
  { ...common, action: 'update', requestId: 'order-unknown', shortlinkId, data },
  { ...common, action: 'delete', requestId: 'order-unknown-too', shortlinkId },
  { ...common, action: 'qr', requestId: 'order-qr', shortlinkId },
  invalid,
  { ...common, action: email, requestId: ` ${email}`, source: email },
];

const now = () => Date.parse('2026-03-01T10:00:05Z');

/**
 * An API that has another system's link, quotes values in its refusals, and breaks the connection for one of the
 * commands.
 */
function givenApi() {
  const api = new EmulatedApi({ now, sleep: async () => {} });
  api.links.set(`A1b3/${shortlinkId}`, { data: { pid: 'else', af_sub1: email }, expiresAt: 1_800_000_000 });
  const message = `Parameter 'af_sub1' has an invalid value: '${email}'. Reason: ${phone} is no text.`;
  const refusal = { kind: 'status', status: 400, errorType: 'invalid_parameter', message } as const;
  return api.clientOver(
    {
      send: async (call) => {
        const { data, shortlink_id } = JSON.parse(call.body ?? '{}');
        if (data?.af_keywords === 'break') throw new TypeError(`cannot send ${email} with ${token}`);
        if (data?.af_keywords === 'refuse') api.spoil(operationOf(call), { ...refusal, shortlinkId: shortlink_id });
        return api.send(call);
      },
    },
    now,
  );
}

/** Delivers the commands, and records what is published, archived and logged. */
async function run() {
  const telemetry = new Telemetry();
  const parts = {
    api: givenApi(),
    onQuotaCall: telemetry.quotaCalls(),
    observer: telemetry.observer({ lane: 'campaign' }),
  };
  const world = new LinkWorld(settings, parts);
  // A late delivery gives up on the change of an unknown link. The other deliveries are new.
  const late = new Set<unknown>(['update', 'delete', 'qr']);
  const messages = commands.map((body) => ({ body, receiveCount: late.has(body.action) ? 9 : 1 }));
  telemetry.beginInvocation(givenContext());
  telemetry.apiCalls({ lane: 'campaign' })('create', 'permanent', 3);
  await world.deliver(...messages, { body: `{"email": "${email}", broken` });
  const made = world.outcomes.find(({ requestId, outcome }) => requestId === 'order-made' && outcome === 'created');
  const { shortlinkId: id } = made?.link ?? {};
  await world.deliver({ body: { ...common, action: 'get', requestId: 'order-read', shortlinkId: id } });
  telemetry.endInvocation();
  return world;
}

describe('an invocation with every kind of command', () => {
  const output = captureOutput();

  it('logs requests and outcomes, and no parameter', async () => {
    await run();
    const lines = output.lines();
    const answered = lines.filter(({ message }) => message === 'command answered');
    expect(new Set(answered.map(({ outcome }) => outcome))).toEqual(
      new Set(['created', 'rejected', 'conflict', 'found']),
    );
    expect(lines).toContainEqual(expect.objectContaining({ requestId: 'order-broken', error: 'TypeError' }));
    expect(lines.some((line) => '_aws' in line)).toBe(true);
    expectNothingPlantedIn(output.text());
  });

  it('publishes outcomes that match their contract, with only the link and the metadata', async () => {
    const { outcomes } = await run();
    expect(outcomes.length).toBeGreaterThanOrEqual(7);
    for (const outcome of outcomes) {
      expect(outcomeSchema.strict().safeParse(outcome).error).toBeUndefined();
      const { link, metadata, ...rest } = outcome;
      expectNothingPlantedIn(JSON.stringify(rest));
      expect(metadata === undefined || metadata[note] === email).toBe(true);
      expect(Object.keys(link ?? {}).filter((name) => !linkFields.has(name))).toEqual([]);
    }
  });

  it('publishes the data of a link to the private topic alone', async () => {
    const { outcomes, privateOutcomes } = await run();
    expect(privateOutcomes).toMatchObject([{ outcome: 'found', requestId: 'order-read', data }]);
    expect(outcomes.some((outcome) => 'data' in outcome)).toBe(false);
  });

  it('keeps the whole body of a rejected command only in the archive', async () => {
    const { rejected } = await run();
    expect(rejected.map(({ body }) => body)).toContain(JSON.stringify(invalid));
    for (const { body: _, ...line } of rejected) expectNothingPlantedIn(JSON.stringify(line));
  });
});

const linkFields = new Set(['onelinkId', 'shortlinkId', 'shortUrl', 'expiresAt', 'version']);

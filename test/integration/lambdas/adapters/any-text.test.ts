import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkLine } from '../../../../cli/commands/export/link-line.ts';
import { JobQueue } from '../../../../lambdas/adapters/job-queue.ts';
import { Ledger } from '../../../../lambdas/adapters/ledger.ts';
import { OutcomeTopic } from '../../../../lambdas/adapters/outcome-topic.ts';
import { ParkedStore } from '../../../../lambdas/adapters/parked-store.ts';
import { ReplayQueue } from '../../../../lambdas/adapters/replay-queue.ts';
import type { CreateCommand } from '../../../../lambdas/domain/contract/command.ts';
import { commandReader, noPolicy } from '../../../../lambdas/domain/contract/command-reading.ts';
import { openEnvelope } from '../../../../lambdas/domain/contract/envelope.ts';
import { dataAsSent } from '../../../../lambdas/domain/contract/link-data.ts';
import type { Outcome } from '../../../../lambdas/domain/contract/outcome.ts';
import type { QrJob } from '../../../../lambdas/domain/contract/qr-job.ts';
import { wireJson } from '../../../../lambdas/domain/contract/wire-json.ts';
import { InMemoryControl } from '../../../world/in-memory-control.ts';
import { LinkWorld } from '../../../world/link-world.ts';
import { makePicky } from '../../../world/picky-messages.ts';
import { givenEngines, givenTable } from './given-engines.ts';

const engines = await givenEngines();
const { client, table } = await givenTable();

const unit = fc.oneof(
  fc.constantFrom('\0', '\u001f', '\t', '\n', '"', '\\', '<', '\u007f', '\u0085', '\u2028', '\ufeff', '\ufffd'),
  fc.constantFrom('\ufffe', '\uffff', '\ud800', '\udfff', '😀', '\u{1fffe}', '\u{10ffff}'),
  fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
);
/** One text in fifty may contain half of a surrogate pair or a control character, for which its command is refused. */
const anyText = (maxLength: number, minLength = 0) =>
  fc
    .tuple(fc.string({ unit, minLength, maxLength }), fc.nat({ max: 49 }))
    .map(([text, luck]) => (luck === 0 ? text : text.toWellFormed().replaceAll(/[^\P{Cc}\t\n\r]/gu, '\n')));
/** Names, including those of built-in properties of JavaScript objects. An empty name is refused. */
const anyName = (maxLength: number) =>
  fc.oneof({ weight: 49, arbitrary: anyText(maxLength, 1) }, fc.constantFrom('', '__proto__', 'constructor', 'toJSON'));

/** Objects as JSON text, because a name such as `__proto__` exists only in text. */
const anyMap = (length: number, maxKeys: number) =>
  fc
    .array(fc.tuple(anyName(length), anyText(length)), { maxLength: maxKeys })
    .map((entries) => entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`));

const anyCreate = fc
  .record({ data: anyMap(30, 4), c: anyText(20), metadata: anyMap(30, 4), decimals: fc.nat({ max: 50 }) })
  .map(({ data, c, metadata, decimals }) => (requestId: string) => {
    const text =
      `{"specVersion":"1.0","source":"crm","action":"create","onelinkId":"A1b3","requestId":"${requestId}",` +
      `"requestedAt":"2026-03-01T10:00:00.${'7'.repeat(decimals + 1)}Z","qr":{"format":"png"},` +
      `"data":{${[...data, `"pid":"sms"`, `"c":${JSON.stringify(c)}`].join(',')}},"metadata":{${metadata.join(',')}}}`;
    return text;
  });

const contract = { maxDataCharacters: 2_048, maxTtlDays: 365 };
const read = commandReader({
  policy: noPolicy,
  contract,
  producers: [{ source: 'crm', templates: ['A1b3'] }],
  templates: { A1b3: { domain: 'acme.onelink.me', brandDomains: [] } },
});

const byRequest = <Item extends { requestId: string | null }>(items: Item[]): Item[] =>
  items.toSorted((one, other) => (one.requestId ?? '').localeCompare(other.requestId ?? ''));

describe.each(['refuse', 'replace'] as const)('if SQS and SNS %s invalid characters', (on) => {
  it('every accepted command stays unchanged when it is parked, replayed, carried out, published, drawn and exported', async () => {
    const sqs = new SQSClient({ ...engines.settings, useQueueUrlAsEndpoint: false });
    const sns = new SNSClient(engines.settings);
    for (const picky of [sqs, sns]) makePicky(picky, on);
    const bucket = await engines.bucket(`any-text-${on}`);
    const parked = new ParkedStore(engines.s3, bucket);
    const lane = await engines.queue(`any-text-${on}`);
    const codes = await engines.queue(`any-text-${on}-qr`);
    const { topicArn, queueUrl: listener } = await engines.topic(`any-text-${on}`);
    let run = 0;
    let accepted = 0;

    await fc.assert(
      fc.asyncProperty(fc.array(anyCreate, { minLength: 10, maxLength: 10 }), async (made) => {
        run += 1;
        const bodies = made.map((body, index) => body(`${on}-${run}-${index}`));
        const raw = bodies.map((body) => JSON.parse(body) as CreateCommand);
        const taken = raw.filter(
          (command) => 'command' in read(openEnvelope(JSON.stringify(command)), Date.parse('2026-03-01T10:00:01Z')),
        );
        accepted += taken.length;
        const requests = byRequest(taken).map(({ requestId }) => requestId);

        // Parked, and replayed through the archive and the queue.
        const parking = new LinkWorld();
        parking.control.setRecord(parking.now, {
          lanes: { campaign: { state: 'parking', since: 1, reason: 'quota-reserve-reached' } },
          parkedAt: 1,
        });
        await parking.deliver(...taken.map((command) => ({ body: command })));
        await Promise.all(parking.parked.map((line) => parked.add(line)));
        for await (const lot of parked.lots('campaign')) {
          await new ReplayQueue(sqs, { sleep: async () => {} }).send(lane, (await parked.read(lot)).commands, {
            remainingMilliseconds: () => 60_000,
          });
          await parked.remove(lot);
        }
        const replayed = await engines.drain(lane);

        // Carried out, with the ledger's real wire format.
        const control = new InMemoryControl();
        const ledger = new Ledger(client, table, { wallMilliseconds: () => world.now } as never);
        const world: LinkWorld = new LinkWorld({ KEEP_DATA: 'full' }, { ledger, control });
        control.setRecord(world.now);
        await world.deliver(...replayed.map(({ body }, index) => ({ body, messageId: `m-${index}`, replayed: true })));
        const created = byRequest(world.outcomes);
        expect(created.map(({ outcome, requestId }) => [outcome, requestId])).toEqual(
          requests.map((requestId) => ['created', requestId]),
        );

        // Published, and drawn as a QR code.
        const topic = new OutcomeTopic(sns, topicArn, 10);
        const queue = new JobQueue(sqs, codes, wireJson);
        await Promise.all([
          ...world.outcomes.map((one) => topic.publish(one)),
          ...world.qrJobs.map((one) => queue.enqueue(one)),
        ]);
        const received = byRequest((await engines.drain(listener)).map(({ body }) => JSON.parse(body) as Outcome));
        const jobs = byRequest((await engines.drain(codes)).map(({ body }) => JSON.parse(body) as QrJob));
        const metadata = byRequest(taken).map((command) => command.metadata);
        expect(received).toEqual(created);
        expect(received.map((one) => one.metadata)).toEqual(metadata);
        expect(jobs.map((one) => one.metadata)).toEqual(metadata);

        // In the API, and exported from the ledger.
        for (const command of taken) {
          const link = created.find(({ requestId }) => requestId === command.requestId)?.link;
          if (link === undefined) throw new Error('no link');
          const record = await ledger.link(link);
          if (record === undefined) throw new Error('no record');
          const line = JSON.parse(linkLine(record, 'ndjson', true));
          expect([line.pid, line.campaign, line.data]).toEqual([command.data.pid, command.data.c, command.data]);
          expect(world.api.links.get(`${link.onelinkId}/${link.shortlinkId}`)?.data).toEqual(dataAsSent(command.data));
        }
      }),
      { numRuns: 6, endOnFailure: true },
    );
    expect(accepted).toBeGreaterThan(5);
  });
});

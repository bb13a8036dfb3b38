import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ControlTable } from '../../../../lambdas/adapters/control-table.ts';
import { HttpLimits } from '../../../../lambdas/adapters/http-limits.ts';
import { HttpRecords } from '../../../../lambdas/adapters/http-records.ts';
import { JoinedReads } from '../../../../lambdas/adapters/joined-reads.ts';
import { Ledger } from '../../../../lambdas/adapters/ledger.ts';
import { ledgerAttribute } from '../../../../lambdas/adapters/names.ts';
import { VouchingQueue } from '../../../../lambdas/adapters/vouching-queue.ts';
import { noPolicy } from '../../../../lambdas/domain/contract/command-reading.ts';
import { httpRulesSchema } from '../../../../lambdas/domain/http/rules.ts';
import { httpApiEnvironment } from '../../../../lambdas/http-api/env.ts';
import { httpApi } from '../../../../lambdas/http-api/http-api.ts';
import type { HttpApiPorts } from '../../../../lambdas/http-api/ports.ts';
import { systemClock as clock } from '../../../../lambdas/runtime/clock.ts';
import { readEnvironment } from '../../../../lambdas/runtime/environment.ts';
import { eventOf, httpApiVariables, httpRules } from '../../../world/http-world.ts';
import { InMemoryHttpLimits } from '../../../world/in-memory-http.ts';
import { create, LinkWorld, linkIdSecret } from '../../../world/link-world.ts';
import { silentObserver } from '../../../world/stillness.ts';
import { givenEngines, givenTable } from '../adapters/given-engines.ts';

const table = givenTable();
const engines = givenEngines();
const { specVersion: _, source: __, requestId: ___, requestedAt: ____, ...bare } = create;

/** Ends an environment in the middle of a call: its promise never settles, as if the process was killed. */
const killed = () => new Promise<never>(() => {});

async function given(queueName: string) {
  const [{ client, table: name }, { sqs, queue, drain }] = await Promise.all([table, engines]);
  const url = await queue(queueName);
  const settings = readEnvironment(httpApiEnvironment, httpApiVariables);
  const joined = new JoinedReads(ledgerAttribute.key);
  const records = new HttpRecords(client, name, clock, joined);
  const ledger = new Ledger(client, name, clock, joined);
  const queues = new VouchingQueue(sqs, clock);
  /** An environment of the function: its memory is its own. */
  const environment = (parts: Partial<HttpApiPorts> = {}) =>
    httpApi(settings, httpRulesSchema.parse(httpRules), {
      control: new ControlTable(client, name, clock, joined),
      ledger,
      records,
      limits: new HttpLimits(client, name, clock),
      lanes: { send: (_, messages, deadline) => queues.send(url, messages, deadline) },
      linkIdSecret: { value: async () => linkIdSecret },
      reader: { read: async () => 'failed' },
      codes: { read: async () => undefined },
      policy: noPolicy,
      openapi: () => '{}',
      newMessageId: randomUUID,
      random: Math.random,
      observer: silentObserver,
      clock,
      ...parts,
    });
  const post = async (api: ReturnType<typeof httpApi>, requestId: string, seconds = 20) => {
    const headers = { 'Idempotency-Key': requestId, ...(seconds > 0 && { Prefer: `wait=${seconds}` }) };
    const answer = await api(eventOf({ method: 'POST', headers, body: bare }), { remainingMilliseconds: () => 29_000 });
    return { status: answer.statusCode, body: answer.body };
  };
  const world = new LinkWorld({}, { ledger, httpRecords: records });
  world.now = Date.now();
  world.control.setRecord(world.now);
  let isOver = false;
  /** The worker, which takes messages until the end. A message that is received twice is delivered twice. */
  const work = async () => {
    while (!isOver) {
      for (const { body, attributes } of await drain(url)) {
        const message = { body, messageId: attributes.OriginalMessageId ?? '', sender: attributes.FirstSender ?? '' };
        const sentAtMilliseconds = Number(attributes.OriginalSentTimestamp);
        await world.deliver({ ...message, groupId: 'http:crm', sentAtMilliseconds });
      }
      await clock.sleep(5);
    }
  };
  const end = () => {
    isOver = true;
  };
  return { environment, post, records, world, work, end, drain: () => drain(url) };
}

describe('one key from ten connections at once', () => {
  it('makes one link and ten equal answers', async () => {
    const { environment, post, world, work, end } = await given('ten');
    const worker = work();

    const answers = await Promise.all(Array.from({ length: 10 }, () => post(environment(), 'ten')));
    end();
    await worker;

    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(world.api.calls.filter((call) => call === 'create')).toEqual(['create']);
  });
});

describe.each(['claim', 'send'] as const)('a function that is killed behind its %s', (step) => {
  it('leaves a key that another call takes over, and there is one link', async () => {
    const { environment, post, records, world, work, end, drain } = await given(`killed-behind-${step}`);
    const requestId = `killed-behind-${step}`;
    const dying = environment(
      step === 'claim' ? { lanes: { send: killed } } : { records: { ...bound(records), markSent: killed } },
    );
    void post(dying, requestId);
    const key = { source: 'crm', requestId };
    const claimed = async () => (await records.find([key])).get(`crm/${requestId}`);
    while ((await claimed()) === undefined) await clock.sleep(5);
    expect((await post(environment(), requestId, 0)).status).toBe(409);

    // Ten seconds later, by the clock of another environment.
    const later = { ...clock, wallMilliseconds: () => clock.wallMilliseconds() + 10_000 };
    // Such a clock takes places that are ahead of time. The other calls of this file have a rate of their own.
    const limits = new InMemoryHttpLimits();
    const worker = work();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => post(environment({ clock: later, limits }), requestId)),
    );
    end();
    await worker;
    await drain();

    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(world.api.calls.filter((call) => call === 'create')).toEqual(['create']);
  });
});

describe('a call that waits', () => {
  it('reads all that it has to know in one request, and claims its key at the same moment', async () => {
    const { environment, post, work, end } = await given('requests');
    const { client } = await table;
    const requests: string[] = [];
    const counting = 'counts requests';
    client.middlewareStack.add(
      (next, { commandName = '' }) =>
        async (args) => {
          requests.push(commandName.replace('Command', ''));
          const answer = await next(args);
          requests.push('an answer');
          return answer;
        },
      { name: counting },
    );
    const before: string[] = [];
    const send = () => {
      before.push(...requests);
      return killed();
    };
    void post(environment({ lanes: { send } }), 'requests');
    while (before.length === 0) await clock.sleep(5);
    client.middlewareStack.remove(counting);
    end();
    await work();

    expect(before.filter((name) => name === 'BatchGetItem')).toHaveLength(1);
    const atOnce = before.slice(0, before.indexOf('an answer'));
    expect(atOnce).toEqual(expect.arrayContaining(['BatchGetItem', 'PutItem']));
  });
});

function bound(records: HttpRecords): HttpApiPorts['records'] {
  return {
    find: (requests) => records.find(requests),
    claim: (record, over) => records.claim(record, over),
    markSent: (record, now) => records.markSent(record, now),
    giveUp: (record) => records.giveUp(record),
    withdraw: (record) => records.withdraw(record),
    noteCampaign: (campaign, expiresAt) => records.noteCampaign(campaign, expiresAt),
    lastChange: (key) => records.lastChange(key),
    noteChange: (key, next, read) => records.noteChange(key, next, read),
    lastCode: (source, address) => records.lastCode(source, address),
    noteCode: (request, address, expiresAt) => records.noteCode(request, address, expiresAt),
  };
}

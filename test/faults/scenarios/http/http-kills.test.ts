import { describe, expect, it } from 'vitest';
import type { WireRequest } from '../../wire/wire-request.ts';
import { HttpKills } from './http-kills.ts';

const options = { seed: 1, randomKills: 0, workerKills: 0, sides: 'both', words: ['post', 'wait'] } as const;
const dynamo = (operation: string, body: object): WireRequest => ({
  service: 'dynamodb',
  method: 'POST',
  path: '/',
  headers: { 'x-amz-target': `DynamoDB_20120810.${operation}` },
  body: Buffer.from(JSON.stringify(body)),
});
const rate = dynamo('UpdateItem', { Key: { pk: { S: 'http-rate#crm#20' } } });
const claim = (label: string, over = {}) =>
  dynamo('PutItem', { Item: { pk: { S: `http#crm/${label}` } }, ExpressionAttributeValues: over });
const mark = (label: string) =>
  dynamo('UpdateItem', { Key: { pk: { S: `http#crm/${label}` } }, UpdateExpression: 'SET #sentAt = :now' });
const by = (invocation: string, logicalId = 'PipelineHttpApiCallsWorkerFunction0123ABCD') => ({
  pid: 1,
  function: 'any',
  logicalId,
  invocation,
});

function given(more: Partial<ConstructorParameters<typeof HttpKills>[0]> = {}) {
  const kills = new HttpKills({ ...options, ...more });
  const sent = (request: WireRequest, invocation: string) => {
    const treatment = kills.treat(request, by(invocation));
    if (treatment.kill !== undefined) kills.killed(request, by(invocation), treatment.kill);
    return treatment;
  };
  return { kills, sent };
}

describe('the kills of the HTTP API', () => {
  it('come on each side of a request of a kind of call once, and once in an invocation', () => {
    const { kills, sent } = given();
    kills.arm('post-0001', 'POST');
    expect(sent(claim('post-0001'), '1')).toEqual({ kill: 'before' });
    expect(sent(mark('post-0001'), '1')).toEqual({});
    expect(sent(claim('post-0001'), '2')).toEqual({ kill: 'after' });
    expect(kills.disarm('post-0001')).toBe(2);
    kills.arm('post-0002', 'POST');
    expect(sent(claim('post-0002'), '3')).toEqual({});
    expect(sent(mark('post-0002'), '3')).toEqual({ kill: 'before' });
    expect(kills.points()).toEqual([
      { call: 'POST', request: 'dynamodb PutItem claim', before: 1, after: 1 },
      { call: 'POST', request: 'dynamodb UpdateItem sent', before: 1, after: 0 },
    ]);
  });

  it('kill a call twice at most, and further only where it takes a claim over', () => {
    const { kills, sent } = given();
    kills.arm('post-0001', 'POST');
    sent(claim('post-0001'), '1');
    sent(claim('post-0001'), '2');
    expect(sent(mark('post-0001'), '3')).toEqual({});
    const takenOver = claim('post-0001', { ':over': { S: 'message' } });
    expect(sent(takenOver, '4')).toEqual({ kill: 'before' });
  });

  it('come for each kind of call, also at the requests before the one that names the command', () => {
    const { kills, sent } = given();
    kills.arm('post-0001', 'POST');
    kills.arm('wait-0001', 'POST, waiting');
    expect(sent(rate, '1')).toEqual({ kill: 'before' });
    expect(sent(claim('post-0001'), '2')).toEqual({ kill: 'before' });
    expect(sent(claim('wait-0001'), '3')).toEqual({ kill: 'before' });
    expect(kills.points().map(({ call }) => call)).toEqual(['any call', 'POST', 'POST, waiting']);
  });

  it('leave calls alone that prepare others, and other functions', () => {
    const { kills, sent } = given();
    kills.arm('post-0001', 'POST');
    expect(sent(claim('post-0002'), '1')).toEqual({});
    expect(kills.treat(rate, by('2', 'PipelineHttpApiAuthorizerWorkerFunction0123ABCD'))).toEqual({});
    expect(kills.treat(rate, { ...by('3'), function: 'OneLink-CampaignLinkWorker' })).toEqual({});
  });

  it('come at random too, as often as asked, of the HTTP API and of workers', () => {
    const { kills, sent } = given({ randomKills: 2, workerKills: 3 });
    const worker = { ...by('w'), function: 'OneLink-CampaignLinkWorker' };
    let ofWorkers = 0;
    for (let call = 1; call <= 1_000; call++) {
      const label = `post-${String(call).padStart(4, '0')}`;
      kills.arm(label, 'POST');
      sent(claim(label), `${call}`);
      const treatment = kills.treat(rate, worker);
      if (treatment.kill === undefined) continue;
      kills.killed(rate, worker, treatment.kill);
      ofWorkers += 1;
    }
    const [point] = kills.points();
    expect([(point?.before ?? 0) + (point?.after ?? 0), ofWorkers, kills.workerKills]).toEqual([4, 3, 3]);
    kills.stop();
    kills.arm('wait-0001', 'POST, waiting');
    expect(sent(claim('wait-0001'), 'last')).toEqual({});
  });
});

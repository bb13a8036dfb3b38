import { GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ArnPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Alias, CfnAlias } from 'aws-cdk-lib/aws-lambda';
import { expect, onTestFinished } from 'vitest';
import { serviceOf, sessionOf } from '../../../../local/cloud/access/caller.ts';
import { type LocalCloud, SimulatedClock } from '../../../../local/cloud/cloud.ts';
import { signedHeaders } from '../../../world/signed-request.ts';
import { type Bench, test } from './fixture.ts';

const asksWho = 'Action=GetCallerIdentity&Version=2011-06-15';
const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };

interface Asked {
  readonly accessKeyId: string;
  readonly secretAccessKey?: string;
  readonly at?: Date;
  readonly body?: string;
  /** Sent with the request, and not signed. */
  readonly unsigned?: Readonly<Record<string, string>>;
}

/** Asks STS who signs. */
async function whoIs(
  { endpoints: { sts } }: LocalCloud,
  { accessKeyId, secretAccessKey = accessKeyId, at = new Date(), body = asksWho, unsigned = {} }: Asked,
) {
  const headers = signedHeaders({ url: sts, body, headers: form, accessKeyId, secretAccessKey, at });
  const response = await fetch(sts, { method: 'POST', body, headers: { ...headers, ...unsigned } });
  return { status: response.status, date: response.headers.get('date'), text: await response.text() };
}

const reader = sessionOf('arn:aws:iam::000000000000:role/teams/reader', 'jane', []);

test('STS knows a signer by its signature, and nobody without one', async ({ opened: bench }) => {
  // Given a session of a role without permissions, a service with a key, and the operator
  const callers = { jane: reader, crm: serviceOf('crm.amazonaws.com') };
  const cloud = await bench.start({ callers });

  // When they ask who they are
  const jane = await whoIs(cloud, { accessKeyId: 'jane', unsigned: { 'x-onelink-act': 'anything' } });

  // Then each is the caller of its key
  expect(jane.status).toBe(200);
  expect(jane.text).toMatch(
    /^<GetCallerIdentityResponse xmlns="https:\/\/sts.amazonaws.com\/doc\/2011-06-15\/"><GetCallerIdentityResult><Arn>arn:aws:sts::000000000000:assumed-role\/reader\/jane<\/Arn><UserId>AROA[0-9A-F]{17}:jane<\/UserId><Account>000000000000<\/Account><\/GetCallerIdentityResult><ResponseMetadata><RequestId>[0-9a-f-]{36}<\/RequestId><\/ResponseMetadata><\/GetCallerIdentityResponse>\n$/,
  );
  expect((await whoIs(cloud, { accessKeyId: 'local' })).text).toContain('user/operator</Arn>');
  // And nobody is another, however much an unknown key may do elsewhere
  for (const [asked, code] of [
    [{ accessKeyId: 'jane', secretAccessKey: 'local' }, 'SignatureDoesNotMatch'],
    [{ accessKeyId: 'local', secretAccessKey: 'jane' }, 'SignatureDoesNotMatch'],
    [{ accessKeyId: 'nobody' }, 'InvalidClientTokenId'],
    [{ accessKeyId: 'constructor' }, 'InvalidClientTokenId'],
    [{ accessKeyId: 'crm' }, 'InvalidClientTokenId'],
    [{ accessKeyId: 'jane', unsigned: { 'x-amz-security-token': 'another' } }, 'InvalidClientTokenId'],
    [{ accessKeyId: 'jane', at: new Date(Date.now() - 16 * 60_000) }, 'SignatureDoesNotMatch'],
    [{ accessKeyId: 'jane', at: new Date(Date.now() + 16 * 60_000) }, 'SignatureDoesNotMatch'],
  ] satisfies [Asked, string][]) {
    const refused = await whoIs(cloud, asked);
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining(`<Code>${code}</Code>`)]);
  }
  const unsigned = await fetch(cloud.endpoints.sts, { method: 'POST', body: asksWho, headers: form });
  expect([unsigned.status, await unsigned.text()]).toEqual([
    403,
    expect.stringContaining('MissingAuthenticationToken'),
  ]);
  // And no other action is known
  const assumed = await whoIs(cloud, { accessKeyId: 'local', body: 'Action=AssumeRole&Version=2011-06-15' });
  expect([assumed.status, assumed.text]).toEqual([400, expect.stringContaining('<Code>InvalidAction</Code>')]);
});

test("STS has the cloud's time, and shows it", async ({ opened: bench }) => {
  const clock = new SimulatedClock(Date.parse('2031-05-04T03:02:01Z'));
  const cloud = await bench.start({ clock });

  const today = await whoIs(cloud, { accessKeyId: 'local' });
  const then = await whoIs(cloud, { accessKeyId: 'local', at: new Date('2031-05-04T03:02:01Z') });

  expect([today.status, then.status]).toEqual([403, 200]);
  expect(today.date).toMatch(/^Sun, 04 May 2031 03:02:0\d GMT$/);
});

/** A function with two aliases, which answers with the ARN under which it was invoked. */
function declareActs({ declareFunction, stack }: Bench) {
  const acts = declareFunction(stack, 'Acts', 'export const handler = (_, context) => context.invokedFunctionArn;', {
    functionName: 'acts',
  });
  for (const aliasName of ['operate', 'support'])
    new Alias(stack, aliasName, { aliasName, version: acts.latestVersion });
  return acts;
}

const acts = 'arn:aws:lambda:us-east-1:000000000000:function:acts';

/** What an invocation under these names answers, or the name of its error. */
async function invoked(cloud: LocalCloud, accessKeyId: string, FunctionName: string, Qualifier?: string) {
  const client = new LambdaClient({ ...cloud.clientConfig('lambda', accessKeyId), maxAttempts: 1 });
  onTestFinished(() => client.destroy());
  return client.send(new InvokeCommand({ FunctionName, ...(Qualifier !== undefined && { Qualifier }) })).then(
    ({ Payload }) => JSON.parse(Payload?.transformToString() ?? ''),
    (error: Error) => error.name,
  );
}

test('a function knows the alias under which it is invoked', async ({ opened: bench }) => {
  declareActs(bench);
  const cloud = await bench.start();
  const as = (...names: [string, string?]) => invoked(cloud, 'local', ...names);

  expect(await as('acts')).toBe(acts);
  expect(await as('acts', 'operate')).toBe(`${acts}:operate`);
  expect(await as('acts:support')).toBe(`${acts}:support`);
  expect(await as(`${acts}:operate`)).toBe(`${acts}:operate`);
  expect(await as('000000000000:function:acts:operate', 'operate')).toBe(`${acts}:operate`);
  expect(await as('acts', '$LATEST')).toBe(`${acts}:$LATEST`);
  expect(await as('acts', 'privacy')).toBe('ResourceNotFoundException');
  expect(await as('acts', '1')).toBe('ResourceNotFoundException');
  expect(await as('acts:operate', 'support')).toBe('InvalidParameterValueException');
  expect(await as('acts', '')).toBe('ResourceNotFoundException');
  const lambda = new LambdaClient(cloud.clientConfig('lambda'));
  onTestFinished(() => lambda.destroy());
  const described = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: 'acts:operate' }));
  expect(described).toMatchObject({ FunctionName: 'acts', FunctionArn: `${acts}:operate` });
});

test('who may invoke one alias may invoke neither another nor the function', async ({ opened: bench }) => {
  // Given somebody who may invoke one alias, and an alias whose own policy lets somebody else in
  declareActs(bench);
  const statement = new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [`${acts}:operate`] });
  const policies = [{ Version: '2012-10-17', Statement: statement.toStatementJson() }];
  const max = sessionOf('arn:aws:iam::000000000000:role/operator', 'max', policies);
  const refused: string[] = [];
  const cloud = await bench.start({ callers: { max, jane: reader } });
  cloud.on('refused', ({ action, resource }) => refused.push(`${action} ${resource}`));

  // When they invoke under each name
  const allowed = [await invoked(cloud, 'max', 'acts', 'operate'), await invoked(cloud, 'max', `${acts}:operate`)];
  const others = [];
  for (const names of [['acts'], ['acts', 'support'], ['acts:support'], [acts, '$LATEST']] as [string, string?][]) {
    others.push(await invoked(cloud, 'max', ...names));
  }

  // Then only the one alias answers
  expect(allowed).toEqual([`${acts}:operate`, `${acts}:operate`]);
  expect(others).toEqual(Array(4).fill('AccessDeniedException'));
  expect(refused).toEqual([
    `lambda:InvokeFunction ${acts}`,
    `lambda:InvokeFunction ${acts}:support`,
    `lambda:InvokeFunction ${acts}:$LATEST`,
  ]);
});

test("an alias's own policy holds for the alias alone", async ({ opened: bench }) => {
  const declared = declareActs(bench);
  const alias = new Alias(bench.stack, 'Shared', { aliasName: 'shared', version: declared.latestVersion });
  alias.grantInvoke(new ArnPrincipal('arn:aws:iam::111122223333:role/partner'));
  const partner = sessionOf('arn:aws:iam::111122223333:role/partner', 'p', [
    { Version: '2012-10-17', Statement: { Effect: Effect.ALLOW, Action: '*', Resource: '*' } },
  ]);
  const cloud = await bench.start({ callers: { partner } });

  expect(await invoked(cloud, 'partner', acts, 'shared')).toBe(`${acts}:shared`);
  expect(await invoked(cloud, 'partner', acts)).toBe('AccessDeniedException');
  expect(await invoked(cloud, 'partner', acts, 'operate')).toBe('AccessDeniedException');
});

test('an alias of another version stops the start', async ({ opened: bench }) => {
  new CfnAlias(bench.stack, 'Old', {
    functionName: declareActs(bench).functionName,
    functionVersion: '7',
    name: 'old',
  });

  await expect(bench.start()).rejects.toThrow('Bench/Old (AWS::Lambda::Alias)');
});

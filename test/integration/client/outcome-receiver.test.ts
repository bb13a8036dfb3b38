import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { snsMessageFaults } from '../../../client/sns-signature.ts';
import { confirmationPost, notificationPost, type Post } from '../../../local/cloud/notifications/message.ts';
import { Signer } from '../../../local/cloud/notifications/signer.ts';
import { serverOnLoopback } from '../../world/loopback.ts';
import { temporaryFolder } from '../../world/temporary-folder.ts';

const page = readFileSync(new URL('../../../docs/http-outcomes.md', import.meta.url), 'utf8');
const topicArn = 'arn:aws:sns:eu-west-1:000000000000:outcomes';

/** The receiver of the page, as a file. */
async function fileOfPage(): Promise<string> {
  const [, code = ''] = /^```ts\n(import .*?)^```/ms.exec(page) ?? [];
  const client = new URL('../../../client/index.ts', import.meta.url).href;
  const file = join(await temporaryFolder(onTestFinished), 'receiver.ts');
  await writeFile(file, code.replace("'onelink-pipeline/client'", `'${client}'`));
  return file;
}

/**
 * The receiver of the page, in a process of its own, and a key that signs for the local SNS.
 *
 * @param confirming how SNS answers visits of confirmations, in order: 200 if there is none
 */
async function givenReceiverOfPage(confirming: number[] = []) {
  const signer = await Signer.make('sns.eu-west-1.amazonaws.com');
  const visits: string[] = [];
  const { origin } = await serverOnLoopback((request, response) => {
    if (request.url !== signer.certificatePath) visits.push(request.url ?? '');
    const isCertificate = request.url === signer.certificatePath;
    response.writeHead(isCertificate ? 200 : (confirming.shift() ?? 200));
    response.end(isCertificate ? signer.certificate : '');
  }, onTestFinished);

  const file = await fileOfPage();
  const port = await freePort();
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, PORT: String(port), TOPIC_ARN: topicArn, LOCAL_ORIGIN: origin },
  });
  onTestFinished(() => void child.kill());
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => printed.push(String(chunk)));

  const url = `http://127.0.0.1:${port}/`;
  const statusOf = async ({ body, headers }: Post) => (await fetch(url, { method: 'POST', body, headers })).status;
  await expect
    .poll(
      () =>
        fetch(url).then(
          ({ status }) => status,
          () => printed.join(''),
        ),
      { timeout: 10_000 },
    )
    .toBe(413);
  return { signing: { signer, version: 2, origin } as const, statusOf, visits, printed: () => printed.join('') };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

test('the receiver of docs/http-outcomes.md confirms, keeps each outcome once, and refuses forgeries', async () => {
  const { signing, statusOf, visits, printed } = await givenReceiverOfPage();
  const at = { topicArn, atMilliseconds: Date.now() };
  const subscribeUrl = `${signing.origin}/?Action=ConfirmSubscription&Token=t`;
  const confirmation = { type: 'SubscriptionConfirmation', messageId: 'm-0', token: 't', subscribeUrl, ...at } as const;
  const notification = (outcome: object) => {
    const message = JSON.stringify(outcome);
    const published = { messageId: 'm-1', topicArn, message, subject: undefined, attributes: {} };
    const terms = { signing, subscriptionArn: `${topicArn}:1`, contentType: 'text/plain', raw: false };
    return notificationPost({ ...published, publishedAtMilliseconds: Date.now() }, terms);
  };
  const created = notification({ outcome: 'created', outcomeId: 'o-1', requestId: 'r-1' });

  expect(await statusOf(confirmationPost(confirmation, signing))).toBe(200);
  expect(visits).toEqual(['/?Action=ConfirmSubscription&Token=t']);
  expect([await statusOf(created), await statusOf(created)]).toEqual([200, 200]);
  expect(await statusOf({ ...created, body: created.body.replace('r-1', 'r-2') })).toBe(403);
  expect(await statusOf({ ...created, body: 'rubbish' })).toBe(403);
  expect(await statusOf({ ...created, body: 'x'.repeat(1_000_001) })).toBe(413);
  expect(printed()).toBe('created r-1\nWrongSignature\nNotSnsMessage\n');
});

test('the receiver answers 500 to a confirmation that SNS has not taken, so SNS posts it again', async () => {
  const { signing, statusOf } = await givenReceiverOfPage([503]);
  const subscribeUrl = `${signing.origin}/?Action=ConfirmSubscription&Token=t`;
  const at = { topicArn, atMilliseconds: Date.now() };
  const confirmation = { type: 'SubscriptionConfirmation', messageId: 'm-0', token: 't', subscribeUrl, ...at } as const;

  expect(await statusOf(confirmationPost(confirmation, signing))).toBe(500);
  expect(await statusOf(confirmationPost(confirmation, signing))).toBe(200);
});

test('the receiver does not start without the ARN of its topic', async () => {
  const { TOPIC_ARN: _, ...env } = process.env;
  const child = spawn(process.execPath, [await fileOfPage()], { env: { ...env, PORT: '0' } });
  onTestFinished(() => void child.kill());
  let printed = '';
  child.stderr.on('data', (chunk) => {
    printed += String(chunk);
  });

  const [code] = await once(child, 'close');
  expect(code).toBe(1);
  expect(printed).toContain('TOPIC_ARN is not set: give the stack output OutcomeTopicArn');
});

test('the page lists every name of an error and no other', () => {
  const [, table = ''] = /^\| Name \| The text \| Answer \|\n(.*?)\n\n/ms.exec(page) ?? [];
  const names = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect(names).toEqual([...snsMessageFaults]);
});

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import type { ParkedCommand } from '../../../lambdas/domain/contract/parked-command.ts';
import type { RequestKey } from '../../../lambdas/domain/contract/request-key.ts';
import { creates } from '../../../local/start/scenarios/commands.ts';
import { act, type Given, goTo, minutesUntil, minutesUntilTrue } from '../world/given.ts';

const known = 'AROACONFIRMCONFIRM001';
const stranger = 'AROASTRANGERSTRANGE02';

/** Work that cannot move by itself, of each kind, and each act that ends it. */
export function stuckStory(given: () => Given): void {
  test('dead letters are sent back or purged, a selection as one, and leave the list', async () => {
    const { visitor, run } = given();
    const { page } = visitor;
    const { sqs, outputs } = await run.deployed();

    // Given a command among the dead letters of two lanes, and a letter that is no QR job
    const dead = (queue: string, MessageBody: string) =>
      sqs.send(new SendMessageCommand({ QueueUrl: outputs[`${queue}DeadLetterQueueUrl`], MessageBody }));
    const requestedAt = run.world.time.iso();
    for (const [lane, queue] of [
      ['campaign', 'Campaign'],
      ['transactional', 'Transactional'],
    ] as const) {
      const [one] = creates({ lane, name: `dead-${lane}`, commands: 1, requestedAt });
      await dead(queue, JSON.stringify(one?.command));
    }
    await dead('QrJobs', 'no QR job');

    // When somebody opens the list, it has the letters of one queue with their reasons, and every queue
    await goTo(visitor, 'stuck/dead-letters', 'Stuck work');
    await page.getByRole('link', { name: /^(crm dead-campaign|product dead-transactional)-1$/ }).waitFor();
    await page.getByLabel('Select the dead letters of qr').waitFor();
    const faults = await visitor.look('stuck-dead-letters-filled');
    await visitor.picture('stuck-dead-letters');

    // And when they send back two queues at once
    await page.getByLabel('Select the dead letters of campaign').check();
    await page.getByLabel('Select the dead letters of transactional').check();
    const verbs = await act(visitor, 'Send back: 2 items', 'Send back (2)', 'The cause is gone');
    expect(verbs).toContain('npx onelink dead-letters redrive --lane campaign --queue commands');
    expect(verbs).toContain('npx onelink dead-letters redrive --lane transactional --queue commands');
    await page.getByLabel('Select the dead letters of campaign').waitFor({ state: 'detached' });
    // Then the worker has them again, and holds them: the sender of these letters is no producer's
    await minutesUntilTrue(given(), async () => (await heldSources(given())).length === 2, 'both letters held');

    // And purge the third
    await page.getByLabel('Select the dead letters of qr').check();
    const verb = await act(visitor, /^Purge/, 'Purge', 'Nobody knows who wrote it');
    expect(verb).toContain('npx onelink dead-letters purge --queue qr --yes');

    // Then a file has what was deleted, and nothing is left
    await page.getByText('There are no dead letters.').waitFor();
    const files = (await readdir(run.folder)).filter((name) => name.startsWith('dead-letters-'));
    expect(files).toEqual([expect.stringContaining('-qr-')]);
    expect(await readFile(join(run.folder, files[0] ?? ''), 'utf8')).toContain('"body":"no QR job"');
    expect(faults).toEqual([]);
  });

  test('an object in quarantine is released, and another one is dropped', async () => {
    const { visitor, run } = given();
    const { page } = visitor;

    // Given a lot that can be read, and one that cannot
    const sound = JSON.stringify(parked(run.world.time.now(), 'released-1'));
    await putInArchive(given(), 'quarantine/campaign/refused/sound-lot', `${sound}\n`);
    await putInArchive(given(), 'quarantine/campaign/unreadable/broken-lot', 'cut off\n');

    // When somebody reads, releases and drops them
    await goTo(visitor, 'stuck/quarantine', 'Stuck work');
    await page.getByRole('button', { name: /^Show the commands of .*sound-lot/ }).click();
    await page.getByRole('link', { name: 'crm released-1' }).waitFor();
    const faults = await visitor.look('stuck-quarantine-filled');
    await tabShows(given(), 'Quarantine 2');
    await page.getByLabel(/^Select .*sound-lot/).check();
    expect(await act(visitor, /^Release/, 'Release', 'The queue takes it now')).toContain('quarantine release');
    await page.getByLabel(/^Select .*sound-lot/).waitFor({ state: 'detached' });
    // Tab and list are of one reading.
    await tabShows(given(), 'Quarantine 1');
    await page.getByLabel(/^Select .*broken-lot/).check();
    expect(await act(visitor, /^Drop/, 'Drop', 'Its producer sends it again')).toContain('--drop --yes');

    // Then the list is empty, and the released command gets its link
    await page.getByText(/^Nothing is in quarantine/).waitFor();
    await tabShows(given(), 'Quarantine 0');
    const released = [{ source: 'crm', requestId: 'released-1' }];
    await minutesUntilTrue(given(), () => haveLinks(given(), released), 'the link of the released command');
    expect(faults).toEqual([]);
  });

  test('a sender is confirmed, another one is rejected, and their commands follow', async () => {
    const { visitor, run } = given();
    const { page } = visitor;
    const { held } = await run.deployed();
    const sources = await heldSources(given());

    // Given held commands of two senders
    const at = run.world.time.now();
    await held.add({ ...parked(at, 'held-1'), sender: known });
    await held.add({ ...parked(at, 'held-2'), sender: stranger });
    await goTo(visitor, 'stuck/held', 'Stuck work');
    await page.getByLabel(`Select ${known} as crm`).check();
    const faults = await visitor.look('stuck-held-filled');

    // When somebody decides about each
    const confirmed = await act(visitor, /^Confirm/, 'Confirm', 'The role of the new CRM');
    expect(confirmed).toContain(`npx onelink senders confirm ${known} --source crm`);
    await page.getByRole('row', { name: new RegExp(`${known}.*Confirmed`, 'i') }).waitFor();
    await page.getByLabel(`Select ${stranger} as crm`).check();
    // Those of the letters before, too
    for (const box of await page.getByLabel(/^Select AIDA\w+ as (crm|product)$/).all()) await box.check();
    const rejected = await act(visitor, /^Reject/, /^Reject/, 'Nobody knows it');
    expect(rejected).toContain(`npx onelink senders reject ${stranger} --source crm`);

    // Then nothing is held any more
    await minutesUntil(given(), page.getByText(/^Nothing is held/));
    expect(sources).toEqual(['crm', 'product']);
    const first = [{ source: 'crm', requestId: 'held-1' }];
    await minutesUntilTrue(given(), () => haveLinks(given(), first), 'the link of the confirmed sender');
    expect(await haveLinks(given(), [{ source: 'crm', requestId: 'held-2' }])).toBe(false);
    expect(faults).toEqual([]);
  });
}

/** Whether the tab has this count as soon as its list has. The overview comes every five seconds only. */
async function tabShows({ visitor }: Given, name: string): Promise<void> {
  await visitor.page.getByRole('link', { name, exact: true }).waitFor({ timeout: 500 });
}

/** The sources in whose name commands are held. */
async function heldSources({ run }: Given): Promise<string[]> {
  const { held } = await run.deployed();
  const sources: string[] = [];
  for await (const { source } of held.senders()) sources.push(source);
  return sources.sort();
}

/** Whether each of the requests has made its link. */
async function haveLinks({ run }: Given, asked: RequestKey[]): Promise<boolean> {
  const { ledger } = await run.deployed();
  const records = [...(await ledger.requests(asked)).values()];
  return records.filter(({ outcome }) => outcome.outcome === 'created').length === asked.length;
}

/** A create of the CRM, as a worker parks it. */
function parked(parkedAtMilliseconds: number, requestId: string): ParkedCommand {
  const requestedAt = new Date(parkedAtMilliseconds).toISOString();
  const [one] = creates({ lane: 'campaign', name: requestId, commands: 1, requestedAt });
  return {
    v: 1,
    lane: 'campaign',
    messageId: `m-${requestId}`,
    sentAtMilliseconds: parkedAtMilliseconds,
    receiveCount: 1,
    parkedAtMilliseconds,
    source: 'crm',
    requestId,
    body: JSON.stringify({ ...one?.command, requestId }),
  };
}

async function putInArchive({ run }: Given, Key: string, Body: string): Promise<void> {
  const { s3, outputs } = await run.deployed();
  await s3.send(new PutObjectCommand({ Bucket: outputs.ArchiveBucketName, Key, Body }));
}

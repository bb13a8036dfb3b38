import { beforeEach, describe, expect, test } from 'vitest';
import { eraseCostWords } from '../../../cli/commands/subject/subject.ts';
import { subjectProblem } from '../../../cli/files/subject-file.ts';
import { Operations } from '../../../cli/pipeline/operations.ts';
import { certificateOf, certificateText, eraseSubjects, findSubjects } from '../../../cli/pipeline/subjects.ts';
import { subjectActs } from '../../../lambdas/operations/subjects.ts';
import { accessTo, actsWorld } from '../../world/acts-world.ts';
import { create } from '../../world/link-world.ts';
import { SubjectWorld } from '../../world/subject-world.ts';
import { givenTable } from '../lambdas/adapters/given-engines.ts';

let world: SubjectWorld;
let acts: ReturnType<typeof actsWorld>;
const subjects = ['José, 7', 'customer 8'];

beforeEach(async () => {
  world = new SubjectWorld(await givenTable());
  acts = actsWorld({ performers: subjectActs(world.settings, world.ports()) });
  await world.link.deliver(
    { body: { ...create, subject: 'José, 7', shortlinkId: 'hers' } },
    { body: { ...create, requestId: 'r-2', subject: 'customer 8', shortlinkId: 'his' } },
    { body: { ...create, requestId: 'r-3', subject: 'customer 9', shortlinkId: 'theirs' } },
  );
});

const begin = () => new Operations(accessTo(acts)).begin('monthly list');
/** Between two parts a minute passes, and the lane works. */
const between = async () => {
  world.link.now += 60_000;
  await world.work();
};

describe('onelink subject', () => {
  test('finds the links of several persons', async () => {
    const { found, links } = await findSubjects(begin(), subjects);
    expect(found).toMatchObject({ links: 2, liveLinks: 2, requests: 2 });
    expect(links.map(({ shortUrl }) => shortUrl).sort()).toEqual([
      'https://acme.onelink.me/A1b3/hers',
      'https://acme.onelink.me/A1b3/his',
    ]);
  });

  test('states how many calls an erasure takes, as plan expects them', async () => {
    const { found } = await findSubjects(begin(), subjects);
    expect(eraseCostWords(found.liveLinks)).toBe(
      'An erasure takes 2 DELETE calls of the quota. For its time and its share, run: onelink plan --deletes 2',
    );
  });

  test('ends without --wait when something has to take its turn, and the same command continues', async () => {
    const parts: string[] = [];
    const onPart = ({ step }: { step: string }) => void parts.push(step);
    let erased = await eraseSubjects(begin(), subjects, { waits: false, onPart });
    expect(erased).toMatchObject({ state: 'waiting', waitsFor: expect.stringContaining('workers') });
    for (let turn = 0; turn < 5 && erased.state === 'waiting'; turn++) {
      await between();
      erased = await eraseSubjects(begin(), subjects, { waits: false, onPart });
    }
    expect(erased).toMatchObject({ state: 'done', counts: { links: 2, linksDeleted: 2 }, left: [] });
    expect([...world.link.api.links.keys()]).toEqual(['A1b3/theirs']);
    expect(parts[0]).toBe('settle');
  });

  test('waits with --wait, and its certificate states what was done and what is not reached', async () => {
    const act = begin();
    const erased = await eraseSubjects(act, subjects, {
      waits: true,
      betweenMilliseconds: 0,
      onPart: () => {
        world.link.now += 60_000;
        void world.work();
      },
    });
    const certificate = certificateOf(subjects, act.id, 'OneLink-test', erased);
    expect(certificate).toMatchObject({ v: 1, state: 'done', subjects, counts: { linksDeleted: 2 } });
    const text = certificateText(certificate);
    expect(text).toContain('- 2 links deleted at the API\n');
    expect(text).toContain('The erasure is complete.');
    expect(text).toContain('- José, 7\n');
    expect(text).toContain('backups of the table');
  });

  test('leaves records with counts, and never with a subject or a link', async () => {
    await findSubjects(begin(), subjects);
    await eraseSubjects(begin(), subjects, { waits: false });
    const records = acts.kept();
    expect(records.map(({ act }) => act)).toContain('subject-erase');
    expect(records.find(({ act }) => act === 'subject-erase')).toMatchObject({
      permission: 'privacy',
      target: { subjects: 2 },
      reason: 'monthly list',
    });
    const text = JSON.stringify(records) + JSON.stringify(acts.logged());
    for (const trace of ['José', 'customer', 'hers', 'his"']) expect(text).not.toContain(trace);
  });

  test('is refused without a reason', async () => {
    const act = new Operations(accessTo(acts)).begin();
    await expect(eraseSubjects(act, subjects, { waits: false })).rejects.toThrow(/reason/);
    expect((await findSubjects(begin(), subjects)).found.links).toBe(2);
  });

  test('erases more persons than an act takes, group by group', async () => {
    const many = [...Array.from({ length: 120 }, (_, index) => `nobody ${index}`), ...subjects];
    for (let turn = 0; turn < 6; turn++) {
      await eraseSubjects(begin(), many, { waits: false });
      await between();
    }
    expect((await eraseSubjects(begin(), many, { waits: false })).state).toBe('waiting');
    expect([...world.link.api.links.keys()]).toEqual(['A1b3/theirs']);
  });

  test.each(['', ' ', 'x'.repeat(257), 'a\nb', 'a\ud800'])('refuses %j as a subject', (text) => {
    expect(subjectProblem(text)).toBeTypeOf('string');
  });
});

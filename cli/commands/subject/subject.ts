import { Command } from 'commander';
import { subjectProblem, subjectsOfFile } from '../../files/subject-file.ts';
import {
  certificateOf,
  certificateText,
  eraseSubjects,
  findSubjects,
  type SubjectsFound,
} from '../../pipeline/subjects.ts';
import { actingIn, reasonOf, reasonOption } from '../../terminal/acting.ts';
import { mayDelete } from '../../terminal/confirmation.ts';
import { pipelineHelp, pipelineVerb, type Scene, type VerbOptions } from '../../terminal/pipeline-verb.ts';
import { OperatorError } from '../../words/operator-error.ts';
import { counted, n } from '../../words/words.ts';
import { CertificateFile } from './certificate-file.ts';

/** Exit codes: scripts and the help text rely on them. */
const exitCode = { done: 0, nothing: 1, waits: 1, notDone: 2 } as const;

interface FindOptions extends VerbOptions {
  key?: string;
  file?: string;
  reason?: string;
}

interface EraseOptions extends FindOptions {
  yes?: true;
  wait?: true;
  certificate?: string;
}

export function subjectCommand(): Command {
  const find = new Command('find')
    .description('Shows what the pipeline has of persons: links, records, lines and rows.')
    .argument('[key]', 'the person, as commands name it in subject')
    .option('--file <file>', 'a file with one subject a line; - is the standard input')
    .option(...reasonOption)
    .option('--json', 'print one JSON object');
  const erase = new Command('erase')
    .description('Deletes the links of persons, and erases everything else of them.')
    .argument('[key]', 'the person, as commands name it in subject')
    .option('--file <file>', 'a file with one subject a line; - is the standard input')
    .option('--reason <text>', 'why (mandatory); onelink audit shows it to other operators')
    .option('--wait', 'wait until everything is done')
    .option('--certificate <file>', 'write what was done: as JSON if it ends in .json, otherwise as text')
    .option('--yes', 'do not ask for a confirmation')
    .option('--json', 'print one JSON object');
  return new Command('subject')
    .description('Finds and erases what concerns a person.')
    .addCommand(pipelineVerb(find, findHelp, runFind))
    .addCommand(pipelineVerb(erase, eraseHelp, runErase));
}

const keyHelp = `
A key on the command line is in your shell's history, and other users of the computer can see it. To read it from the standard
input, use --file with a dash. Blanks around a subject do not count. Case does.`;

const findHelp = `${pipelineHelp} You need the permission privacy (docs/privacy.md).
${keyHelp}

It scans the whole ledger, and reads the archive and the files of campaigns with their old versions.

Exit codes:
  ${exitCode.done}  something was found
  ${exitCode.nothing}  nothing was found
  ${exitCode.notDone}  the verb failed; the error explains why

Examples:
  onelink subject find "customer 7" --stack OneLink-production
  onelink subject find --file erase.txt --json --local`;

const eraseHelp = `${pipelineHelp} You need the permission privacy (docs/privacy.md).
${keyHelp}

The links are deleted through the lane of their producer, with its pace and its quota: one DELETE for each live link. The
verb shows how many before it asks. Without --wait it ends as soon as something has to take its turn. The same command
continues, also after a crash, and for any operator. The first part waits until running workers have ended.

The certificate names the subjects, and only you can read it (mode 600). It replaces no file, except an unfinished certificate of
the same erasure. A repeat after the end finds nothing, so keep the first certificate.

Exit codes:
  ${exitCode.done}  everything is erased
  ${exitCode.waits}  something still has to take its turn: run the same command again; or you did not agree
  ${exitCode.notDone}  the verb failed; the error explains why

Examples:
  onelink subject erase "customer 7" --reason "request of 28 November" --stack OneLink-production
  onelink subject erase --file erase.txt --reason "monthly list" --wait --yes --certificate done.json --local`;

async function runFind(scene: Scene<FindOptions>): Promise<number> {
  const { options, chosen, progress, print } = scene;
  const reason = reasonOf(options, 'Nothing was read.');
  const subjects = await subjectsOf(options);
  const deployed = await chosen.deployed();
  const act = actingIn(scene, deployed).begin(reason);
  const all = await findSubjects(act, subjects, ({ links, archiveLines, campaignRows }) =>
    progress.update(
      () => `${counted(links, 'link')}, ${counted(archiveLines, 'line')}, ${counted(campaignRows, 'row')} found`,
    ),
  );
  print(all, foundWords(all));
  if (all.found.liveLinks > 0) console.error(eraseCostWords(all.found.liveLinks));
  return Object.values(all.found).some((count) => count > 0) ? exitCode.done : exitCode.nothing;
}

function foundWords({ found, links }: SubjectsFound): string {
  const { liveLinks, requests, httpRecords, archiveLines, campaignRows } = found;
  const shown = links.map(({ state, source, shortUrl }) => `  ${state.padEnd(8)} ${source}  ${shortUrl}`);
  return [
    `${counted(found.links, 'link')}, ${n(liveLinks)} of them live`,
    ...shown,
    `${counted(requests, 'record')} of requests, ${n(httpRecords)} of calls over HTTP`,
    `${counted(archiveLines, 'line')} of the archive, old versions included`,
    `${counted(campaignRows, 'row')} in files of campaigns, old versions included`,
  ].join('\n');
}

/** What an erasure would cost. */
export const eraseCostWords = (liveLinks: number) =>
  `An erasure takes ${counted(liveLinks, 'DELETE call')} of the quota. For its time and its share, run: onelink plan --deletes ${liveLinks}`;

async function runErase(scene: Scene<EraseOptions>): Promise<number> {
  const { options } = scene;
  const nothing = 'Nothing was erased.';
  const reason = reasonOf(options, nothing);
  if (reason === undefined) throw new OperatorError(`Add --reason. ${nothing}`);
  const subjects = await subjectsOf(options);
  const file = options.certificate === undefined ? undefined : await CertificateFile.open(options.certificate);
  try {
    return await erase(scene, subjects, reason, file);
  } finally {
    await file?.discard();
  }
}

async function erase(
  scene: Scene<EraseOptions>,
  subjects: readonly string[],
  reason: string,
  file: CertificateFile | undefined,
): Promise<number> {
  const { options, chosen, progress, print, interrupted } = scene;
  const deployed = await chosen.deployed();
  const operations = actingIn(scene, deployed);
  if (!options.yes) {
    const { found } = await findSubjects(operations.begin(reason), subjects, undefined, ['ledger']);
    progress.clear();
    const persons = counted(subjects.length, 'subject');
    const calls = `${counted(found.liveLinks, 'live link')}: as many DELETE calls of the quota`;
    if (!(await mayDelete(`Erase ${persons} for good? ${calls}.`, interrupted))) return exitCode.waits;
  }
  const act = operations.begin(reason);
  const erased = await eraseSubjects(act, subjects, {
    waits: options.wait === true,
    interrupted,
    onPart: ({ step, waitsFor, counts: { linksDeleted, archiveLines, campaignRows } }) =>
      progress.update(() => {
        const done = `${counted(linksDeleted, 'link')} deleted, ${counted(archiveLines, 'line')}, ${counted(campaignRows, 'row')}`;
        return `${step}: ${done}${waitsFor === undefined ? '' : `; waits for ${waitsFor}`}`;
      }),
  });
  progress.clear();
  const certificate = certificateOf(subjects, act.id, deployed.stackName, erased);
  // A repeat cannot write it again. So it is on the terminal before a disk may fail.
  print(certificate, certificateText(certificate));
  const saved = await file?.save(certificate);
  if (saved !== options.certificate)
    console.error(`${options.certificate} has another erasure’s certificate. This one is in ${saved}.`);
  if (erased.state === 'done') return exitCode.done;
  console.error('Not everything is done. To continue, run the same command again, or add --wait.');
  return exitCode.waits;
}

/** @throws OperatorError without exactly one of key and file, or for a subject that no command could carry */
async function subjectsOf({ key, file }: FindOptions): Promise<string[]> {
  if ((key === undefined) === (file === undefined))
    throw new OperatorError('Give a subject, or --file with one subject a line.');
  if (key === undefined) return subjectsOfFile(file ?? '-');
  const problem = subjectProblem(key);
  if (problem !== undefined) throw new OperatorError(`The subject ${problem}.`);
  return [key.trim()];
}

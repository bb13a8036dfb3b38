import { Command } from 'commander';
import { callsOf } from '../../../lambdas/domain/contract/command-calls.ts';
import { settled, taken } from '../../pipeline/takeover/classes.ts';
import { pipelineHelp, pipelineVerb, type Scene } from '../../terminal/pipeline-verb.ts';
import { counted, n } from '../../words/words.ts';
import { costOf } from '../plan/campaign-cost.ts';
import { figuresOf, quotaOf, readable } from '../plan/plan-figures.ts';
import { planWords } from '../plan/plan-report.ts';
import { type ChoiceOptions, decided, withChoice } from './choice.ts';
import { exitCode } from './exit-code.ts';
import { type OpenTakeover, withList, withTakeover } from './list-options.ts';
import { lookUpMissing } from './looking.ts';
import { choiceLines, classesOf, classLines, countList, type ListCounts, waitingLines } from './takeover-words.ts';

export function planCommand(): Command {
  const command = withChoice(
    withList(
      new Command('plan').description(
        'Checks what each link of a list is, and shows which can be taken over, and what it costs.',
      ),
    ),
  ).option('--json', 'print one JSON object');
  return pipelineVerb<ChoiceOptions>(
    command,
    `${pipelineHelp} You need permission to read the ledger, and to invoke the reader.

The list has a short URL on each line. Or it is a CSV or NDJSON file, such as an export of AppsFlyer’s page: the verb finds
the column whose values are short URLs. It changes nothing, at the API or in the ledger.

Each link that the ledger does not have costs one GET, which is free. The pipeline’s reader sends the GETs, at the rate that
all tools share. What the verb finds is kept in the notes, <file>.takeover.ndjson. They hold the addresses of the links, and
only you can read them (mode 600). A run that ends early continues where it was. To look everything up again, delete the notes.

Exit codes:
  ${exitCode.done}  every row can be taken over, or needs nothing; and quota and time are enough
  ${exitCode.incomplete}  some rows cannot be taken over or need a choice, or quota is short
  ${exitCode.notDone}  the verb failed or was interrupted, or the API gave no usable answer for some links

Examples:
  onelink takeover plan links.txt --source crm
  onelink takeover plan onelink-export.csv --source crm --column 'Short URL' --stack OneLink-production
  onelink takeover plan links.csv --source crm --migrate --json --local | jq .classes`,
    plan,
  );
}

const plan = (scene: Scene<ChoiceOptions>): Promise<number> =>
  withTakeover(scene, async (takeover) => {
    const { options, interrupted, print } = scene;
    decided(options, takeover);
    await lookUpMissing(scene, takeover);
    const choice = decided(options, takeover);
    const counts = await countList(takeover, choice);
    const figures = await figuresFor(scene, takeover, counts);
    const { source } = takeover.campaign;
    print(
      {
        kind: 'plan',
        source,
        rows: counts.rows,
        classes: classesOf(counts),
        choice: choice.choice,
        ...readable(figures),
      },
      [
        `${'rows'.padEnd(16)}${n(counts.rows)}`,
        ...classLines(counts),
        ...choiceLines(choice, counts, takeover),
        ...waitingLines(counts),
        ...(fitRows(counts) === 0 ? [] : planWords(figures)),
      ].join('\n'),
    );
    if (interrupted.aborted || counts.byClass.unread > 0) {
      console.error(
        `Not looked up yet: ${counted(counts.byClass.unread, 'link')}. Run the same command again: it continues here.`,
      );
      return exitCode.notDone;
    }
    if (!options.json && fitRows(counts) > 0)
      console.error(
        counts.byClass.undecided > 0
          ? 'To take them over, run the same command with run in place of plan, and with --adopt or --migrate.'
          : 'To take them over, run the same command with run in place of plan.',
      );
    const others = Object.keys(classesOf(counts)).filter((one) => !isFine(one));
    return others.length === 0 && figures.room.result === 'room' ? exitCode.done : exitCode.incomplete;
  });

const fine: ReadonlySet<string> = new Set([...taken, ...settled]);
const isFine = (one: string) => fine.has(one);

/** Rows that a run sends, when the choice is made. */
export const fitRows = ({ byClass: { adopt, migrate, undecided } }: ListCounts) => adopt + migrate + undecided;

/** Time, quota and cost. Links that nobody has decided about count as adopted. */
export async function figuresFor(
  { options, chosen }: Scene<ChoiceOptions>,
  { pipeline, lane }: OpenTakeover,
  { byClass: { adopt, migrate, undecided } }: ListCounts,
) {
  const [adopting, migrating] = [callsOf({ action: 'adopt' }), callsOf({ action: 'migrate' })];
  const sum = (of: 'quotaCalls' | 'lookups') => (adopt + undecided) * adopting[of] + migrate * migrating[of];
  const load = { lane, quotaCalls: sum('quotaCalls'), lookups: sum('lookups'), qrCodes: 0 };
  const figures = figuresOf([load], await quotaOf(options, chosen, pipeline), undefined, pipeline);
  const links = adopt + migrate + undecided;
  return {
    ...figures,
    cost: costOf([{ lane, links, qrCodes: 0 }], pipeline.settings, pipeline.account, pipeline.isKeyed),
  };
}

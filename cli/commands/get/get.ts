import { Command } from 'commander';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import { linkAddressOf } from '../../pipeline/link-address.ts';
import { lookUp, lookUpWords } from '../../pipeline/links/look-up.ts';
import { columnsOf, facetsOf } from '../../pipeline/links/side-by-side.ts';
import { openReader } from '../../pipeline/reader.ts';
import { pipelineHelp, pipelineVerb, type Scene, type VerbOptions } from '../../terminal/pipeline-verb.ts';

/** Exit codes: scripts and the help text rely on them. */
const exitCode = { equal: 0, different: 1, notDone: 2 } as const;

interface Options extends VerbOptions {
  link: string;
  showData?: true;
}

export function getCommand(): Command {
  const command = new Command('get')
    .description('Shows a link in the ledger and at the OneLink API, side by side.')
    .argument('<link>', 'its short URL, or TEMPLATE/ID')
    .option('--show-data', 'also show the values of its parameters, which are confidential')
    .option('--json', 'print one JSON object');
  return pipelineVerb(
    command,
    `${pipelineHelp} You need permission to read the ledger and the link-ID secret, and to invoke the reader.

The reader sends one GET, which costs no quota. While another tool has its turn, the verb waits some seconds. The ledger keeps only a digest of the data, unless ledgerKeeps is full in
lib/config/config.ts. So the values usually come from the API.

Exit codes:
  ${exitCode.equal}  both sides have the same
  ${exitCode.different}  they differ, or the ledger does not have the link
  ${exitCode.notDone}  the verb failed, or the API gave no usable answer

Examples:
  onelink get https://acme.onelink.me/A1b3/abc123
  onelink get A1b3/abc123 --show-data --stack OneLink-production
  onelink get A1b3/abc123 --json --local | jq .differences`,
    get,
  );
}

async function get({ options, chosen, interrupted, print }: Scene<Options>): Promise<number> {
  const configured = chosen.configuredFor('the account and the templates’ domains');
  const { templates } = configured.settings;
  const pipeline = await chosen.deployed();
  const address = linkAddressOf(options.link, templates);
  const secret = await pipeline.linkIdSecret.value();
  const api = openReader(configured, pipeline, interrupted);
  const { ledger } = pipeline;
  const { result, differences, record, found } = await lookUp(address, {
    ledger,
    api,
    secret,
    templates,
    clock: systemClock,
  });
  const nowSeconds = Math.floor(Date.now() / 1000);
  const facets = facetsOf(record, found, { showData: options.showData === true, nowSeconds });
  print({ result, differences, facets }, columnsOf(facets).join('\n'));
  if (!options.json) console.error(differences.map(({ words }) => words).join('; ') || lookUpWords[result]);
  if (found === undefined) return exitCode.notDone;
  return result === 'equal' || result === 'renewed-by-clicks' ? exitCode.equal : exitCode.different;
}

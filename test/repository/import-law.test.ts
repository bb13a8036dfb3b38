import { execFile } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../world/temporary-folder.ts';

const root = join(import.meta.dirname, '../..');

const contract = 'domain/contract imports no other room, knows no AWS and does no I/O';
const policy = 'domain/policy imports contract, knows no AWS and does no I/O';
const work = 'domain/work imports no other room, knows no AWS and does no I/O';
const onelink = 'domain/onelink imports contract and work, knows no AWS and does no I/O';
const link = 'domain/link imports contract, work and onelink, knows no AWS and does no I/O';
const control = 'domain/control imports contract, work, onelink and link, knows no AWS and does no I/O';
const campaign = 'domain/campaign imports contract, work, onelink, link and policy, knows no AWS and does no I/O';
const http = 'domain/http imports the rooms before it, except control, knows no AWS and does no I/O';
const acts = 'domain/acts imports the rooms before it, knows no AWS and does no I/O';
const adapter = 'an adapter imports the domain and its one outside system, nothing else of ours';
const runtime = 'the runtime imports the domain only: it serves every job alike';
const useCase = 'a use case imports the domain and takes adapters as arguments; only handler.ts wires';
const lambda = 'lambdas import neither lib nor local';
const lib = 'lib imports from lambdas only env.ts contracts and names.ts files, and nothing from local';
const library =
  'cli/pipeline and cli/files are the library below the command line: they import neither its verbs nor the terminal';
const secondFront = 'cli/console is a second front on the library: it imports neither the verbs nor the terminal';
const throughReader = 'tools call the OneLink API through the reader function only';
const client =
  "the client imports the contract's types and the code that sends to SQS: everything it imports is in the package";
const words = 'cli/words imports no other room';
const page =
  "console is for a browser: it imports the contract of the console's server, and how the program words numbers";
const layers =
  'in lib, stacks import observability, observability imports constructs, constructs import config, and never the other way';
const entry = 'nothing imports local but its own entry points and tests';

type Case = [file: string, imported: string];

const refused: Record<string, Case[]> = {
  [contract]: [
    ['lambdas/domain/contract/a.ts', '../../adapters/ledger.ts'],
    ['lambdas/domain/contract/a.ts', '../../runtime/clock.ts'],
    ['lambdas/domain/contract/a.ts', '../../link-worker/ports.ts'],
    ['lambdas/domain/contract/a.ts', '../../governor/names.ts'],
    ['lambdas/domain/contract/a.ts', '../../../lib/config/config.ts'],
    ['lambdas/domain/contract/a.ts', '../../../local/cloud/clock.ts'],
    ['lambdas/domain/contract/a.ts', '../link/link-id.ts'],
    ['lambdas/domain/contract/a.ts', '../http/problems.ts'],
    ['lambdas/domain/contract/a.ts', '@aws-sdk/client-sqs'],
    ['lambdas/domain/contract/a.ts', '@aws-lambda-powertools/logger'],
    ['lambdas/domain/contract/a.ts', 'node:http'],
    ['lambdas/domain/contract/a.ts', 'node:https'],
    ['lambdas/domain/contract/a.ts', 'node:fs'],
    ['lambdas/domain/contract/a.ts', 'node:net'],
  ],
  [policy]: [
    ['lambdas/domain/policy/a.ts', '../work/clock.ts'],
    ['lambdas/domain/policy/a.ts', '@aws-sdk/client-sqs'],
  ],
  [work]: [
    ['lambdas/domain/work/a.ts', '../contract/command.ts'],
    ['lambdas/domain/work/a.ts', '@aws-sdk/client-sqs'],
  ],
  [onelink]: [
    ['lambdas/domain/onelink/a.ts', '../link/link-id.ts'],
    ['lambdas/domain/onelink/a.ts', 'node:https'],
  ],
  [link]: [
    ['lambdas/domain/link/a.ts', '../control/pacer.ts'],
    ['lambdas/domain/link/a.ts', '../../adapters/ledger.ts'],
  ],
  [control]: [['lambdas/domain/control/a.ts', '../../adapters/control-table.ts']],
  [campaign]: [
    ['lambdas/domain/campaign/a.ts', '../control/pacer.ts'],
    ['lambdas/domain/campaign/a.ts', '../../adapters/ledger.ts'],
  ],
  [http]: [
    ['lambdas/domain/http/a.ts', '../control/pacer.ts'],
    ['lambdas/domain/http/a.ts', '../../adapters/ledger.ts'],
    ['lambdas/domain/http/a.ts', '@aws-sdk/client-sqs'],
    ['lambdas/domain/http/a.ts', 'node:http'],
  ],
  [acts]: [
    ['lambdas/domain/acts/a.ts', '../../adapters/ledger.ts'],
    ['lambdas/domain/acts/a.ts', '@aws-sdk/client-s3'],
    ['lambdas/domain/acts/a.ts', 'node:https'],
  ],
  [adapter]: [
    ['lambdas/adapters/a.ts', '../runtime/clock.ts'],
    ['lambdas/adapters/a.ts', '../link-worker/ports.ts'],
    ['lambdas/adapters/a.ts', '../../lib/config/config.ts'],
    ['lambdas/adapters/a.ts', '../../local/cloud/clock.ts'],
  ],
  [runtime]: [
    ['lambdas/runtime/a.ts', '../adapters/ledger.ts'],
    ['lambdas/runtime/a.ts', '../governor/env.ts'],
    ['lambdas/runtime/a.ts', '../../lib/config/config.ts'],
  ],
  [useCase]: [
    ['lambdas/link-worker/a.ts', '../adapters/ledger.ts'],
    ['lambdas/link-worker/a.ts', '../runtime/clock.ts'],
    ['lambdas/link-worker/a.ts', '../qr-worker/env.ts'],
    ['lambdas/link-worker/a.ts', '../../lib/config/config.ts'],
    ['lambdas/link-worker/a.ts', '../../local/cloud/clock.ts'],
    ['lambdas/qr-worker/a.ts', '@aws-sdk/client-s3'],
    ['lambdas/governor/env.ts', '@aws-lambda-powertools/metrics'],
    ['lambdas/of-tomorrow/a.ts', '../adapters/ledger.ts'],
    ['lambdas/link-worker/a.ts', 'node:https'],
  ],
  [lambda]: [
    ['lambdas/link-worker/handler.ts', '../../lib/config/config.ts'],
    ['lambdas/governor/handler.ts', '../../local/cloud/clock.ts'],
  ],
  [lib]: [
    ['lib/a.ts', '../local/onelink-api/server.ts'],
    ['lib/a.ts', '../lambdas/domain/contract/command.ts'],
    ['lib/a.ts', '../lambdas/link-worker/handler.ts'],
    ['lib/a.ts', '../lambdas/adapters/ledger.ts'],
    ['lib/observability/a.ts', '../../lambdas/runtime/clock.ts'],
    ['lib/observability/a.ts', '../../local/cloud/clock.ts'],
    ['lib/constructs/a.ts', '../../lambdas/domain/contract/command.ts'],
    ['lib/config/a.ts', '../../local/cloud/clock.ts'],
    ['lib/constructs/a.ts', '../../lambdas/domain/http/keys.ts'],
  ],
  [library]: [
    ['cli/pipeline/a.ts', '../terminal/progress.ts'],
    ['cli/files/a.ts', '../commands/send/send.ts'],
    ['cli/pipeline/a.ts', '../../local/start/run.ts'],
  ],
  [throughReader]: [
    ['cli/commands/get/a.ts', '../../../lambdas/adapters/onelink-client.ts'],
    ['cli/commands/get/a.ts', '../../../lambdas/adapters/http-transport.ts'],
    ['cli/pipeline/a.ts', '../../lambdas/adapters/onelink-client.ts'],
    ['cli/pipeline/a.ts', '../../lambdas/adapters/http-transport.ts'],
  ],
  [client]: [
    ['client/a.ts', '../cli/pipeline/outcome-queue.ts'],
    ['client/a.ts', '../cli/files/message-batches.ts'],
    ['client/a.ts', '../lambdas/domain/http/problems.ts'],
    ['client/a.ts', '../lambdas/domain/link/digest.ts'],
    ['client/a.ts', '../lambdas/adapters/ledger.ts'],
    ['client/a.ts', '../lib/config/config.ts'],
    ['client/a.ts', '../local/cloud/clock.ts'],
  ],
  [secondFront]: [
    ['cli/console/a.ts', '../terminal/exit-code.ts'],
    ['cli/console/routes/a.ts', '../../commands/status/screen.ts'],
    ['cli/console/a.ts', '../../local/cloud/clock.ts'],
  ],
  [words]: [
    ['cli/words/a.ts', '../pipeline/local-run.ts'],
    ['cli/words/a.ts', '../../lambdas/domain/contract/command.ts'],
  ],
  [page]: [
    ['console/a.ts', '../cli/console/world.ts'],
    ['console/pages/a.ts', '../../cli/pipeline/links/look-up.ts'],
    ['console/a.ts', '../lambdas/domain/work/clock.ts'],
    ['console/a.ts', '../lib/config/config.ts'],
    ['console/state/a.ts', '../../cli/pipeline/local-run.ts'],
    ['console/state/a.ts', '../../cli/words/operator-error.ts'],
    ['console/state/a.ts', '../../cli/console/server.ts'],
    ['console/state/a.ts', '../../lambdas/domain/contract/command.ts'],
    ['console/state/a.ts', '../../lib/config/config.ts'],
    ['console/state/a.ts', '../../local/cloud/clock.ts'],
    ['console/a.ts', '../cli/pipeline/local-run.ts'],
    ['console/a.ts', '@aws-sdk/client-sqs'],
    ['console/a.ts', 'node:fs'],
  ],
  [layers]: [
    ['lib/config/a.ts', '../constructs/lane.ts'],
    ['lib/constructs/a.ts', '../observability/alarm-set.ts'],
    ['lib/constructs/a.ts', '../stacks/state-stack.ts'],
    ['lib/observability/dashboard/a.ts', '../../stacks/state-stack.ts'],
  ],
  [entry]: [
    ['bin/a.ts', '../local/cloud/clock.ts'],
    ['cli/commands/status/a.ts', '../../../local/start/run.ts'],
    ['schemas/a.ts', '../local/cloud/clock.ts'],
  ],
};

const allowed: Case[] = [
  ['cli/console/a.ts', '../pipeline/reader.ts'],
  ['console/a.ts', '../cli/console/contract/overview.ts'],
  ['console/pages/a.ts', '../../cli/console/contract/overview.ts'],
  ['console/a.ts', 'preact'],
  ['lambdas/domain/contract/a.ts', './outcome.ts'],
  ['lambdas/domain/contract/a.ts', 'zod'],
  ['lambdas/domain/contract/a.ts', 'node:crypto'],
  ['lambdas/domain/onelink/a.ts', '../contract/fault.ts'],
  ['lambdas/domain/link/a.ts', '../contract/outcome.ts'],
  ['lambdas/domain/control/a.ts', '../link/ledger-record.ts'],
  ['lambdas/domain/campaign/a.ts', '../link/ledger-record.ts'],
  ['lambdas/domain/http/a.ts', '../campaign/row-identity.ts'],
  ['lambdas/domain/http/a.ts', '../policy/link-policy.ts'],
  ['lambdas/adapters/a.ts', '../domain/contract/outcome.ts'],
  ['lambdas/adapters/a.ts', './names.ts'],
  ['lambdas/adapters/a.ts', './batching.ts'],
  ['lambdas/adapters/a.ts', '@aws-sdk/client-sns'],
  ['lambdas/runtime/a.ts', '../domain/work/delivery.ts'],
  ['lambdas/runtime/a.ts', '@aws-lambda-powertools/logger'],
  ['lambdas/link-worker/a.ts', '../domain/contract/command.ts'],
  ['lambdas/link-worker/a.ts', './ports.ts'],
  ['lambdas/link-worker/handler.ts', '../adapters/ledger.ts'],
  ['lambdas/link-worker/handler.ts', '../runtime/clock.ts'],
  ['lambdas/link-worker/handler.ts', '@aws-sdk/client-sqs'],
  ['lib/a.ts', '../lambdas/link-worker/env.ts'],
  ['lib/a.ts', '../lambdas/governor/names.ts'],
  ['lib/a.ts', '../lambdas/domain/onelink/operation.ts'],
  ['lib/constructs/a.ts', '../../lambdas/domain/http/problems.ts'],
  ['lib/config/a.ts', '../../lambdas/domain/http/problems.ts'],
  ['lib/config/a.ts', '../../lambdas/domain/contract/one-slip.ts'],
  ['lib/observability/a.ts', '../../lambdas/domain/work/names.ts'],
  ['lib/a.ts', './config.ts'],
  ['lib/constructs/a.ts', '../config/config-schema.ts'],
  ['lib/constructs/a.ts', '../../lambdas/link-worker/env.ts'],
  ['lib/observability/a.ts', '../constructs/lane.ts'],
  ['lib/stacks/a.ts', '../observability/alarm-set.ts'],
  ['cli/pipeline/a.ts', '../files/message.ts'],
  ['cli/files/a.ts', '../words/operator-error.ts'],
  ['cli/terminal/a.ts', '../pipeline/pipeline-choice.ts'],
  ['client/a.ts', './commands.ts'],
  ['client/a.ts', '../lambdas/domain/contract/command.ts'],
  ['client/a.ts', '../lambdas/domain/http/answers.ts'],
  ['client/a.ts', '../cli/pipeline/send-messages.ts'],
  ['client/a.ts', '@aws-sdk/client-sqs'],
  ['console/state/a.ts', '../../cli/console/contract/overview.ts'],
  ['console/state/a.ts', '../../cli/words/words.ts'],
  ['console/state/a.ts', '../parts/tone.ts'],
  ['console/state/a.ts', 'preact'],
];

/** The linter's messages, by file and line of the import. */
const messages = new Map<string, string[]>();
let exitCode = 0;
const scratch = await temporaryFolder(afterAll);

/** One file for each room, with one import on each line. The linter checks all files in one run. */
const cases = [...Object.values(refused).flat(), ...allowed];
const linesOf = Map.groupBy(cases, ([file]) => file);
/** All syntaxes of an import. The linter must find each. */
const ways: [file: string, line: string][] = [
  ['lambdas/domain/contract/types.ts', "import type { Ledger } from '../../adapters/ledger.ts';"],
  ['lambdas/domain/contract/exports.ts', "export { Ledger } from '../../adapters/ledger.ts';"],
  ['lambdas/domain/contract/stars.ts', "export * from '../../adapters/ledger.ts';"],
  ['lambdas/domain/contract/effects.ts', "import '../../adapters/ledger.ts';"],
  ['lambdas/domain/contract/dynamic.ts', "export const ledger = await import('../../adapters/ledger.ts');"],
];

beforeAll(async () => {
  await cp(join(root, 'biome.json'), join(scratch, 'biome.json'));
  const files = [...linesOf].map(([file, lines]): [string, string] => [
    file,
    lines.map(([, imported], index) => `import * as i${index} from '${imported}';`).join('\n'),
  ]);
  for (const [file, text] of [...files, ...ways]) {
    await mkdir(dirname(join(scratch, file)), { recursive: true });
    await writeFile(join(scratch, file), `${text}\n`);
  }
  const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');
  const only = ['--only=style/noRestrictedImports', '--vcs-enabled=false', '--max-diagnostics=none', '--reporter=json'];
  const { code, stdout } = await new Promise<{ code: unknown; stdout: string }>((resolve) => {
    execFile(
      process.execPath,
      [biome, 'lint', ...only, 'lambdas', 'lib', 'bin', 'cli', 'client', 'console', 'schemas'],
      { cwd: scratch },
      (error, stdout) => resolve({ code: error?.code ?? 0, stdout }),
    );
  });
  exitCode = Number(code);
  const report = JSON.parse(stdout) as {
    diagnostics: { message: string; location: { path: string; start: { line: number } } }[];
  };
  for (const { message, location } of report.diagnostics) {
    const place = `${location.path}:${location.start.line}`;
    messages.set(place, [...(messages.get(place) ?? []), message]);
  }
});

/** The linter's messages on one import. */
function messagesOn([file, imported]: Case): string[] {
  const line = (linesOf.get(file) ?? []).findIndex(([, other]) => other === imported) + 1;
  return messages.get(`${file}:${line}`) ?? [];
}

describe.each(Object.entries(refused))('%s', (message, imports) => {
  it.each(imports)('%s may not import %s', (...one) => {
    expect(messagesOn(one)).toEqual([message]);
  });
});

describe('the linter', () => {
  it.each(allowed)('allows %s to import %s', (...one) => {
    expect(messagesOn(one)).toEqual([]);
  });

  it.each(ways)('finds the import in %s: %s', (file) => {
    expect(messages.get(`${file}:1`)).toEqual([contract]);
  });

  it('exits with 1 after a forbidden import, which fails the check', () => {
    expect(exitCode).toBe(1);
  });
});

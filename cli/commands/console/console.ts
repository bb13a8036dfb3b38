import { once } from 'node:events';
import { Command } from 'commander';
import { pageFiles } from '../../console/page-files.ts';
import { startConsole } from '../../console/server.ts';
import { ChosenPipeline, defaultStack } from '../../pipeline/pipeline-choice.ts';
import { count } from '../../terminal/count-option.ts';
import { exitCodeOf } from '../../terminal/exit-code.ts';
import { interruptible } from '../../terminal/interruption.ts';
import { openBrowser } from './open-browser.ts';

/** Exit codes: scripts and the help text rely on them. */
const exitCode = { ended: 0, notDone: 2 } as const;

interface Options {
  local?: true;
  stack?: string;
  readOnly?: true;
  open?: true;
  port?: number;
}

export function consoleCommand(): Command {
  const command = new Command('console')
    .description('Serves a web page on this machine: what the pipeline does, what is wrong, and every act.')
    .option('--local', 'use the local run: npm start -- --keep')
    .option('--stack <name>', `the pipeline’s stack (default: ${defaultStack()})`)
    .option('--read-only', 'refuse every act')
    .option('--open', 'open a browser')
    .option('--port <number>', 'listen on this port of 127.0.0.1 (default: a free one)', count(1, 65_535))
    .addHelpText(
      'after',
      `
The page works with your AWS credentials, from AWS_PROFILE, AWS_REGION and so on. So it shows and does what you may see and do, and
each act is recorded under your name. Nothing is hosted, and no other machine reaches the page.

The verb prints an address that works once, in one browser. To end the console, press Ctrl-C. Without credentials, or without the
stack, the page names what to do.

Exit codes:
  ${exitCode.ended}  you ended it
  ${exitCode.notDone}  the console could not start; the error explains why

Examples:
  onelink console --local
  onelink console --stack OneLink-production --read-only
  onelink console --stack OneLink-production --port 4580 --open`,
    );
  return command.action(async () => {
    const options: Options = command.opts();
    process.exitCode = await exitCodeOf(() => serve(options), options.local === true);
  });
}

async function serve({ local, stack, readOnly, open, port }: Options): Promise<number> {
  return interruptible(async (interrupted) => {
    const pipeline = { ...(local && { local }), ...(stack !== undefined && { stack }) };
    const running = await startConsole({
      choose: () => new ChosenPipeline(pipeline),
      stackName: stack ?? (local ? undefined : defaultStack()),
      local: local === true,
      readOnly: readOnly === true,
      port,
      page: pageFiles(),
      print: (words) => console.error(words),
    });
    console.log(running.address);
    console.error(`The address works once. Ctrl-C ends the console${readOnly ? ', which refuses every act' : ''}.`);
    if (open) openBrowser(running.address, (words) => console.error(words));
    if (!interrupted.aborted) await once(interrupted, 'abort');
    await running.close();
    return exitCode.ended;
  });
}

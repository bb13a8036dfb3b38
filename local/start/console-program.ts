import { once } from 'node:events';
import { pageFiles } from '../../cli/console/page-files.ts';
import { startConsole } from '../../cli/console/server.ts';
import type { LocalRun } from '../../cli/pipeline/local-run.ts';
import { ChosenPipeline } from '../../cli/pipeline/pipeline-choice.ts';

/** Serves the console of the run that the parent process sends, until the parent disconnects. */
process.on('SIGINT', () => {});
const [run] = (await once(process, 'message')) as [LocalRun];
const gone = once(process, 'disconnect');
const running = await startConsole({
  choose: () => new ChosenPipeline({ local: true }, () => run),
  local: true,
  readOnly: false,
  page: pageFiles(),
  print: (words) => console.error(words),
});
process.send?.(running.address);
await gone;
await running.close();
process.exit();

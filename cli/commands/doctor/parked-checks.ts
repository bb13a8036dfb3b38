import type { ParkedStore } from '../../../lambdas/adapters/parked-store.ts';
import { counted } from '../../words.ts';
import { strandedLanes } from '../parked/parked-lots.ts';
import { type Check, failed, ok } from './check.ts';

/** Whether somebody replays everything that is parked. */
export async function checkStranded(
  store: Pick<ParkedStore, 'lots' | 'lanes'>,
  { archive, lanes }: { archive: string; lanes: readonly string[] },
): Promise<Check> {
  const name = 'parked commands';
  const stranded = await strandedLanes(store, lanes);
  if (stranded.length === 0) return ok(name, 'none is parked for a lane that the pipeline does not have');
  const found = stranded.map(({ lane, commands }) => `${counted(commands, 'command')} for ${lane}`).join(', ');
  return failed(
    name,
    `${found}: the pipeline has no such lane, and nobody replays them`,
    `Move them to a lane that their producers may use: aws s3 mv --recursive s3://${archive}/parked/OLD/ s3://${archive}/parked/NEW/`,
  );
}

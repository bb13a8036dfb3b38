import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { awsPrices } from '../../../cli/cost/aws-prices.ts';
import { measuredUse, useOn } from '../../../cli/cost/measured-use.ts';
import { type StandingUse, standingUse } from '../../../cli/cost/standing-use.ts';
import { costFigures, costInput, costTables } from '../../report/cost-tables.ts';
import { countsTable } from '../../report/counts-table.ts';
import type { BenchOptions, Findings } from '../item.ts';
import { livesBeside, playLives } from '../lives/lives.ts';
import { configuredPlans } from '../world/lanes.ts';
import { assemblyOf, sqsOnly, type Variant, variantPipeline } from '../world/synthesis.ts';

/**
 * What a link uses of each AWS service in its whole life, and its cost. It plays in simulated time, so the counts are the same on
 * any machine.
 */
export async function cost({ report }: BenchOptions): Promise<Findings> {
  const lives = await playLives(report);
  const pipeline = variantPipeline(sqsOnly);
  const input = costInput(pipeline, useOn(configuredPlans('campaign')), await standing(sqsOnly));
  const { httpApi: httpApiMegabytes } = pipeline.settings.memoryMegabytes;
  const keyed = await standing({ ...sqsOnly, landingZone: { key: 'own' } });
  const different = livesBeside(lives, pipeline).filter(({ isSame }) => !isSame);
  return {
    figures: {
      prices: awsPrices,
      counted: lives,
      use: { ...input.use, standing: input.standing, standingWithKey: keyed },
      measuredOn: measuredUse.measuredOn,
      ...costFigures(input),
    },
    table: `${costTables(input, { sample: await standing({}), keyed, httpApiMegabytes })}\n\n${countsTable(lives, pipeline.settings.memoryMegabytes)}`,
    broken: different.map(
      ({ what, measure, counted, priced }) =>
        `cost: ${what} takes ${counted.toFixed(3)} ${measure}, and cli/cost/measured-use.ts has ${priced.toFixed(3)}`,
    ),
  };
}

async function standing(variant: Variant): Promise<StandingUse> {
  const { stackName, settings } = variantPipeline(variant);
  const assembly = await assemblyOf(variant);
  const templates = [stackName, `${stackName}-State`].map(async (stack) =>
    JSON.parse(await readFile(join(assembly, `${stack}.template.json`), 'utf8')),
  );
  return standingUse(await Promise.all(templates), settings);
}

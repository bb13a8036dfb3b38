import type { Configuration, ProducerSettings } from '../../lib/config/config-schema.ts';
import { config as sample } from '../configuration.ts';

/**
 * The configuration of the recipes: the sample, in which each producer has an outcome queue, and `product` alone has the HTTP API.
 * `npm start -- --config examples/recipes/configuration.ts --keep` runs it.
 */
const withOutcomes = ({ http: _, ...producer }: ProducerSettings): ProducerSettings => ({
  ...producer,
  outcomeQueue: true,
  ...(producer.source === 'product' && { http: {} }),
});

export const config: Configuration = {
  ...sample,
  stages: Object.fromEntries(
    Object.entries(sample.stages).map(([name, stage]) => [
      name,
      {
        ...stage,
        pipelines: stage.pipelines.map((one) => ({ ...one, producers: one.producers.map(withOutcomes) })),
      },
    ]),
  ),
};

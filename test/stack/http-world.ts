import type { Template } from 'aws-cdk-lib/assertions';
import { config } from '../../examples/configuration.ts';
import type { Configuration, ProducerSettings } from '../../lib/config/config-schema.ts';
import { configuredApp } from './configured-app.ts';

/** The sample's production with other settings of its producers, by source. */
export function withProducers(changes: Record<string, Partial<ProducerSettings>>): Configuration {
  const production = config.stages.production;
  if (production === undefined) throw new Error('the sample has no production');
  const pipelines = production.pipelines.map((one) => ({
    ...one,
    producers: one.producers.map((producer) => ({ ...producer, ...changes[producer.source] })),
  }));
  return { ...config, stages: { production: { ...production, pipelines } } };
}

/** The sample's production, where no producer uses the HTTP API. */
export function appWithoutHttp() {
  const production = config.stages.production;
  if (production === undefined) throw new Error('the sample has no production');
  const pipelines = production.pipelines.map((one) => ({
    ...one,
    producers: one.producers.map(({ http, ...producer }) => producer),
  }));
  return configuredApp({ ...config, stages: { production: { ...production, pipelines } } });
}

/** The properties of all resources of a type. */
export const propertiesOf = (template: Template, type: string) =>
  Object.values(template.findResources(type)).map(({ Properties }) => Properties);

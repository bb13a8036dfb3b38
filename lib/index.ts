/** The part of the package for CDK apps: `import { OneLinkPipeline } from 'onelink-pipeline'`. */
export type {
  AccountSettings,
  Configuration,
  LaneSettings,
  PipelineSettings,
  ProducerPrincipal,
  ProducerSettings,
  StageSettings,
} from './config/config-schema.ts';
export { validateConfiguration } from './config/config-validation.ts';
export { ConfigurationError } from './config/configuration-error.ts';
export type { PipelineState, Sibling } from './constructs/pipeline-parts.ts';
export { chosenStage, isFirst, StageRefused } from './stacks/chosen-stage.ts';
export { OneLinkPipeline, type OneLinkPipelineProps } from './stacks/pipeline.ts';
export { PipelineStack } from './stacks/pipeline-stack.ts';
export { addStage } from './stacks/stages.ts';
export { StateStack, type StateStackProps } from './stacks/state-stack.ts';
export { endWithFaults, synthesize } from './stacks/synthesis.ts';

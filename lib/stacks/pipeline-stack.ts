import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { OneLinkPipeline, type OneLinkPipelineProps } from './pipeline.ts';

/** One pipeline of one stage, in a stack of its own. */
export class PipelineStack extends Stack {
  readonly pipeline: OneLinkPipeline;

  constructor(scope: Construct, id: string, props: OneLinkPipelineProps & StackProps) {
    super(scope, id, props);
    this.pipeline = new OneLinkPipeline(this, 'Pipeline', props);
  }
}

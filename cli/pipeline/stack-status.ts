import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';

/** Whether CloudFormation has a stack, in which status, and whether it refuses to delete it. */
export interface StackStatus {
  /** Absent if there is no such stack. */
  readonly status?: string;
  readonly isProtected: boolean;
}

/** @throws the service's error if the call fails */
export async function readStack(cloudFormation: CloudFormationClient, name: string): Promise<StackStatus> {
  try {
    const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: name }));
    const { StackStatus: status, EnableTerminationProtection: isProtected = false } = Stacks[0] ?? {};
    return { isProtected, ...(status !== undefined && { status }) };
  } catch (error) {
    // CloudFormation has no error of its own for a stack that does not exist.
    if (error instanceof Error && error.name === 'ValidationError' && error.message.includes('does not exist'))
      return { isProtected: false };
    throw error;
  }
}

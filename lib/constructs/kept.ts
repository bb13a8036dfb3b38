import { RemovalPolicy } from 'aws-cdk-lib';

/**
 * Keeps a resource when its stack is deleted, or no longer has it. If its creation is rolled back, it is empty, and CloudFormation
 * deletes it. So the next attempt begins as the first one. See `RetainExceptOnCreate` in AWS's template reference, "DeletionPolicy
 * attribute".
 */
export const kept = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;

import { Aspects, type IAspect, type Stack } from 'aws-cdk-lib';
import { CfnManagedPolicy, CfnRole, ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { LandingZone } from '../config/config-schema.ts';

/** Gives every role of a stack, also one that is added later, the boundary and the path of the landing zone. */
export function applyIamRules(stack: Stack, { permissionsBoundary, iamPath }: LandingZone): void {
  if (permissionsBoundary !== undefined) {
    const boundary = ManagedPolicy.fromManagedPolicyArn(stack, 'Boundary', permissionsBoundary);
    PermissionsBoundary.of(stack).apply(boundary);
  }
  if (iamPath !== undefined) Aspects.of(stack).add(new InPath(iamPath));
}

class InPath implements IAspect {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  visit(node: IConstruct): void {
    if (node instanceof CfnRole || node instanceof CfnManagedPolicy) node.path = this.#path;
  }
}

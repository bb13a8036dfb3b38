import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** The ARNs of event source mappings, for permissions. */
export function mappingArns(scope: Construct, lanes: readonly { readonly mappings: readonly string[] }[]): string[] {
  return lanes.flatMap(({ mappings }) =>
    mappings.map((resourceName) =>
      Stack.of(scope).formatArn({
        service: 'lambda',
        resource: 'event-source-mapping',
        resourceName,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    ),
  );
}

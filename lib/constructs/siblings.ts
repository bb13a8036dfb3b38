import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { expiryLane } from '../../lambdas/domain/work/names.ts';
import { keyUses } from './key-use.ts';
import type { Sibling } from './pipeline-parts.ts';

const read = 'dynamodb:BatchGetItem';
/** The counts of calls, by lane and day. Nothing else of a sibling's ledger is read. */
const counts = 'spent#*';

/** The siblings as the governor reads them: the name of each ledger, and the lanes that spend quota there. */
export const siblingsText = (scope: Construct, siblings: readonly Sibling[]): string =>
  Stack.of(scope).toJsonString(
    siblings.map(({ state, lanes }) => ({ table: state.ledger.tableName, lanes: [...lanes, expiryLane] })),
  );

/** What the governor may read of its siblings. A sibling may have a key of its own. */
export function siblingReads(
  scope: Construct,
  siblings: readonly Sibling[],
  ownKeyArn: string | undefined,
): PolicyStatement[] {
  return siblings.flatMap(({ state: { ledger, key } }) => [
    new PolicyStatement({
      actions: [read],
      resources: [ledger.tableArn],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [counts] } },
    }),
    ...(key === undefined || key.keyArn === ownKeyArn
      ? []
      : keyUses(scope, key.keyArn, [read]).map(
          ({ actions, resources, conditions }) =>
            new PolicyStatement({ actions: [...actions], resources: [...resources], conditions }),
        )),
  ]);
}

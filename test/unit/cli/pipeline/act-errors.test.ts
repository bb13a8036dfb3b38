import { expect, test } from 'vitest';
import { notInvoked } from '../../../../cli/pipeline/act-errors.ts';
import { actNames } from '../../../../lambdas/domain/acts/registry.ts';
import { actsOfVerbs } from '../../../world/permissions-table.ts';

test.each(actNames)('the refusal of %s names its verb', (act) => {
  const denied = Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });
  const [verb] = actsOfVerbs[act];
  expect(notInvoked(denied, act, 'operations:operate')).toMatchObject({
    message: expect.stringContaining(`You may not run ${verb}: your identity`),
  });
});

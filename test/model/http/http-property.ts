import fc from 'fast-check';
import { httpFaults } from './http-invariants.ts';
import { httpSteps, runHttp } from './http-steps.ts';

export const httpProperty = fc.asyncProperty(httpSteps, async (steps) => {
  const faults = await httpFaults(await runHttp(steps));
  if (faults.length > 0) throw new Error(faults.join('\n'));
});

import { describe, expect, it } from 'vitest';
import type { FaultInput } from '../../../../local/onelink-api/faults.ts';
import { FaultPlan, faultSchema } from '../../../../local/onelink-api/faults.ts';
import type { Call, Operation } from '../../../../local/onelink-api/operations.ts';

const planOf = (...faults: FaultInput[]) => {
  const plan = new FaultPlan();
  for (const fault of faults) plan.add(faultSchema.parse(fault));
  return plan;
};
const call = (operation: Operation, onelinkId = 'A1b3'): Call => ({
  api: 'v2.0',
  operation,
  onelinkId,
  shortlinkId: '',
  query: new URLSearchParams(),
});
const kinds = (plan: FaultPlan, ...operations: Operation[]) =>
  operations.map((operation) => plan.take(call(operation), '')?.kind ?? 'none');

describe('the fault plan', () => {
  it('Given a fault without a count, Then it applies to one call', () => {
    expect(kinds(planOf({ kind: 'reset-after' }), 'create', 'create')).toEqual(['reset-after', 'none']);
  });

  it('Given several faults, Then each call gets the first one with calls left, in order of arming', () => {
    const plan = planOf({ kind: 'hang', times: 2 }, { kind: 'truncated' });
    expect(kinds(plan, 'read', 'read', 'read', 'read')).toEqual(['hang', 'hang', 'truncated', 'none']);
  });

  it('Given a fault of one operation, Then it does not apply to others', () => {
    const plan = planOf({ kind: 'hang', operation: 'delete' }, { kind: 'truncated', operation: ['qr', 'read'] });
    expect(kinds(plan, 'create', 'qr', 'delete', 'delete')).toEqual(['none', 'truncated', 'hang', 'none']);
  });

  it('Given a fault of one link and template, Then it applies only to calls of both', () => {
    const plan = planOf({ kind: 'hang', shortlinkId: 'abc', onelinkId: 'A1b3' });
    expect(plan.take(call('create'), 'abd')).toBeUndefined();
    expect(plan.take(call('create', 'abc123'), 'abc')).toBeUndefined();
    expect(plan.take(call('create'), 'abc')?.kind).toBe('hang');
  });

  it('Given a probability of 0.3 and a seed, Then it applies to about 300 of 1,000 calls, the same ones each time', () => {
    const played = () => {
      const plan = planOf({ kind: 'hang', probability: 0.3, seed: 7 });
      return Array.from({ length: 1000 }, () => plan.take(call('create'), '') !== undefined);
    };
    const count = played().filter(Boolean).length;
    expect(count).toBeGreaterThan(250);
    expect(count).toBeLessThan(350);
    expect(played()).toEqual(played());
  });

  it('Given a probability and a count, Then it ends with the count', () => {
    const plan = planOf({ kind: 'hang', probability: 1, times: 2 });
    expect(kinds(plan, 'read', 'read', 'read')).toEqual(['hang', 'hang', 'none']);
    expect(plan.list()).toEqual([]);
  });
});

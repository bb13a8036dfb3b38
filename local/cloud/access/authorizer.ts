import type { RunSimulationResults, Simulation } from '@cloud-copilot/iam-simulate';
import { localAccountId } from '../endpoints.ts';
import type { Call } from './call.ts';
import { anonymous, type Caller, type Callers, operator, type PolicyDocument } from './caller.ts';
import { hasPath, type PolicyTerms } from './guard.ts';
import { statementsOf } from './policies.ts';

/** A call that somebody made, and whether the policies permit it. Objects under the same patterns are one call. */
export interface JudgedCall extends Call {
  readonly caller: Caller;
  readonly permitted: boolean;
  /** Why IAM refuses it. Undefined if it does not. */
  readonly reason?: string;
}

/** `denied`: a policy denies it. `not-allowed`: no policy allows it. `invalid`: a policy or the call is not one of IAM's. */
export type Verdict = 'allowed' | 'denied' | 'not-allowed' | 'invalid';

/** Evaluates calls against the policies of callers and resources. */
export class Authorizer {
  /** Every call so far, once. */
  readonly calls: JudgedCall[] = [];
  readonly #decisions = new Map<string, Promise<boolean>>();
  readonly #callers: Callers;
  readonly #resourcePolicies: ReadonlyMap<string, PolicyDocument>;
  readonly #onRefused: (call: JudgedCall) => void;
  // It takes some 0.2 seconds to load. The start does not wait for it.
  readonly #simulator = import('@cloud-copilot/iam-simulate');

  constructor(
    callers: Callers,
    resourcePolicies: ReadonlyMap<string, PolicyDocument>,
    onRefused: (call: JudgedCall) => void = () => {},
  ) {
    this.#callers = callers;
    this.#resourcePolicies = resourcePolicies;
    this.#onRefused = onRefused;
  }

  get terms(): PolicyTerms {
    const policies = [
      ...this.#resourcePolicies.values(),
      ...Object.values(this.#callers).flatMap((one) => one.policies),
    ];
    const statements = policies.flatMap(statementsOf);
    return {
      patterns: [
        ...new Set(statements.flatMap(({ Resource = [], NotResource = [] }) => [Resource, NotResource].flat())),
      ],
      contextKeys: [
        ...new Set(
          statements.flatMap(({ Condition = {} }) =>
            Object.values(Condition).flatMap((keys) => Object.keys(keys).map((key) => key.toLowerCase())),
          ),
        ),
      ],
    };
  }

  /** An unknown access key is the operator's. */
  callerOf(accessKeyId: string | undefined): Caller {
    return (accessKeyId !== undefined && this.#known(accessKeyId)) || operator;
  }

  /** The user or role of an access key, as STS knows it: a service has no keys. Undefined for an unknown one. */
  identityOf(accessKeyId: string): Caller | undefined {
    const known = this.#known(accessKeyId);
    return known?.principal.startsWith('arn:') ? known : undefined;
  }

  #known(accessKeyId: string): Caller | undefined {
    return Object.hasOwn(this.#callers, accessKeyId) ? this.#callers[accessKeyId] : undefined;
  }

  /** Whether a caller may make this call. */
  permits(caller: Caller, call: Call): Promise<boolean> {
    const parts = [caller.arn, caller.sourceArn, call.action, call.resource, JSON.stringify(call.context)];
    const key = parts.join('\n');
    const decision = this.#decisions.get(key) ?? this.#decide(caller, call);
    this.#decisions.set(key, decision);
    return decision;
  }

  /**
   * Judges a call without a memory of it: one whose caller has policies that only this request knows.
   */
  async judge(caller: Caller, call: Call): Promise<Verdict> {
    const { runSimulation } = await this.#simulator;
    const result = await runSimulation(this.#simulationOf(caller, call), {});
    if (result.resultType === 'error') return 'invalid';
    if (result.overallResult === 'Allowed') return 'allowed';
    return result.overallResult === 'ExplicitlyDenied' ? 'denied' : 'not-allowed';
  }

  async #decide(caller: Caller, call: Call): Promise<boolean> {
    const { runSimulation, isWildcardOnlyAction } = await this.#simulator;
    const [service = '', action = ''] = call.action.split(':');
    const wildcard = await isWildcardOnlyAction(service, action).catch(() => false);
    const simulation = this.#simulationOf(caller, wildcard ? { ...call, resource: '*' } : call);
    const judged = { ...call, caller, ...verdictOf(await runSimulation(simulation, {}), caller) };
    this.calls.push(judged);
    if (!judged.permitted) this.#onRefused(judged);
    return judged.permitted;
  }

  #simulationOf(
    { arn, principal, senderId, policies, sourceArn }: Caller,
    { action, resource, context }: Call,
  ): Simulation {
    const isUserOrRole = principal.startsWith('arn:');
    const resourcePolicy = this.#resourcePolicies.get(owner(resource));
    return {
      request: {
        principal: principal === anonymous.principal ? { type: 'Anonymous' } : principal,
        action,
        resource: { resource, accountId: localAccountId },
        contextVariables: {
          ...context,
          // There is no TLS here. On AWS, each of these calls uses it.
          'aws:SecureTransport': 'true',
          ...(isUserOrRole && {
            'aws:PrincipalArn': principal,
            'aws:PrincipalAccount': accountIn(arn),
            'aws:userid': senderId,
          }),
          ...(sourceArn !== undefined && {
            'aws:SourceArn': sourceArn,
            'aws:SourceAccount': accountIn(sourceArn) || localAccountId,
          }),
        },
      },
      identityPolicies: policies.map((policy, index) => ({ name: String(index), policy })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(resourcePolicy && { resourcePolicy }),
    };
  }
}

const accountIn = (arn: string) => arn.split(':')[4] ?? '';

/** The resource that has the policy: of an object its bucket, of a method its API. */
function owner(arn: string): string {
  return hasPath(arn) ? (arn.split('/')[0] ?? arn) : arn;
}

function verdictOf(result: RunSimulationResults, caller: Caller): { permitted: boolean; reason?: string } {
  // IAM does not know the action, or an action on such a resource. The service itself refuses it to the operator.
  if (result.resultType === 'error' && caller.arn === operator.arn) return { permitted: true };
  if (result.resultType === 'error') return { permitted: false, reason: `not evaluated: ${result.errors.message}` };
  if (result.overallResult === 'Allowed') return { permitted: true };
  const explicit = result.overallResult === 'ExplicitlyDenied';
  return { permitted: false, reason: explicit ? 'a policy denies it' : 'no policy allows it' };
}

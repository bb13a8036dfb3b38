import type { Authorizer, Verdict } from '../access/authorizer.ts';
import { anonymous, type Caller, serviceOf, userOf } from '../access/caller.ts';
import { accessKeyIdOf } from '../access/credentials.ts';
import { Guard } from '../access/guard.ts';
import { localAccountId } from '../endpoints.ts';
import type { ApiRequest } from './exchange.ts';
import { GatewayError } from './gateway-error.ts';
import type { Authorization } from './token-authorizers.ts';

const action = 'execute-api:Invoke';
/** Stands for a request that nothing authenticates: no access key is empty. */
const nobody = '';
const mostVerdicts = 10_000;

/**
 * Decides who may call a method of an API.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
 */
export class ApiAccess {
  readonly #authorizer: Authorizer;
  readonly #guard: Guard;
  readonly #verdicts = new Map<string, Verdict>();

  constructor(authorizer: Authorizer) {
    this.#authorizer = authorizer;
    this.#guard = new Guard(authorizer.terms, (accessKeyId, call) =>
      authorizer.permits(accessKeyId === nobody ? anonymous : authorizer.callerOf(accessKeyId), call),
    );
  }

  /** Without authorization, the API's policy must allow the request. */
  async admitAnybody(request: ApiRequest, resource: string): Promise<void> {
    if (!(await this.#permits(nobody, request, resource))) throw new GatewayError('ACCESS_DENIED');
  }

  /**
   * With IAM authorization, the policies of the signer and of the API decide. Nothing checks the signature.
   * @throws GatewayError 403 for a request that is not signed, or a signer that may not call the method
   */
  async admitSigner(request: ApiRequest, resource: string): Promise<{ caller: Caller; accessKeyId: string }> {
    const query = request.target.slice(request.target.indexOf('?') + 1);
    const accessKeyId = accessKeyIdOf(request.headers, `/?${query}`);
    if (accessKeyId === undefined) {
      const unsigned = (request.headers.authorization ?? '') === '';
      throw new GatewayError(unsigned ? 'MISSING_AUTHENTICATION_TOKEN' : 'INVALID_SIGNATURE');
    }
    const caller = this.#authorizer.callerOf(accessKeyId);
    if (await this.#permits(accessKeyId, request, resource)) return { caller, accessKeyId };
    throw new GatewayError('ACCESS_DENIED', { words: `User: ${caller.arn} is not authorized to perform: ${action}` });
  }

  /** Before an authorizer is asked, only a denial in the API's policy counts. */
  async refuseDenied(request: ApiRequest, resource: string): Promise<void> {
    const verdict = await this.#judged('', request, resource, () => anonymous);
    if (verdict === 'denied') throw new GatewayError('ACCESS_DENIED');
  }

  /**
   * The policy of an authorizer or of the API must allow the request, and neither may deny it.
   * @throws GatewayError 403; 500 if the authorizer's policy is none
   */
  async admitAuthorized({ policy }: Authorization, request: ApiRequest, resource: string): Promise<void> {
    const caller = () => userOf(`arn:aws:iam::${localAccountId}:user/authorized`, [policy]);
    const verdict = await this.#judged(JSON.stringify(policy), request, resource, caller);
    if (verdict === 'allowed') return;
    if (verdict === 'invalid') throw new GatewayError('AUTHORIZER_CONFIGURATION_ERROR');
    const words = 'User is not authorized to access this resource with an explicit deny';
    throw new GatewayError('ACCESS_DENIED', verdict === 'denied' ? { words } : {});
  }

  /** @param sourceArn of the method or authorizer for which API Gateway invokes the function */
  mayInvoke(sourceArn: string, functionArn: string): Promise<boolean> {
    const call = { action: 'lambda:InvokeFunction', resource: functionArn };
    return this.#authorizer.permits(serviceOf('apigateway.amazonaws.com', sourceArn), call);
  }

  /** Remembers the latest decisions, as one costs some milliseconds. */
  async #judged(policy: string, request: ApiRequest, resource: string, caller: () => Caller): Promise<Verdict> {
    const key = [policy, resource, request.sourceIp].join('\n');
    const known = this.#verdicts.get(key);
    if (known !== undefined) return known;
    const verdict = await this.#authorizer.judge(caller(), callOf(request, resource));
    if (this.#verdicts.size >= mostVerdicts) this.#verdicts.clear();
    this.#verdicts.set(key, verdict);
    return verdict;
  }

  async #permits(accessKeyId: string, request: ApiRequest, resource: string): Promise<boolean> {
    return this.#guard.permits(accessKeyId, [callOf(request, resource)]);
  }
}

function callOf({ sourceIp }: ApiRequest, resource: string) {
  return { action, resource, context: { 'aws:SourceIp': sourceIp } };
}

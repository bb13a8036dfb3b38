import { type Deployment, stackId } from '../assembly/deployment.ts';
import { localAccountId, localCredentials } from '../endpoints.ts';
import { qualifiedName } from '../lambda/aliases.ts';
import { isForSts } from '../services/sts.ts';
import type { ServiceRequest, ServiceResponse } from '../services/wire.ts';
import { jsonOf } from '../services/wire.ts';
import type { Authorizer } from './authorizer.ts';
import type { Call } from './call.ts';
import { accessKeyIdOf } from './credentials.ts';
import { type Denial, denials } from './denials.ts';
import type { Question } from './engine-access.ts';
import { Guard } from './guard.ts';

export const decisionsPath = '/_local/decisions';

/** Decides on the requests to the services that the local cloud implements itself, and on the engines' questions. */
export class OwnServicesAccess {
  readonly #authorizer: Authorizer;
  readonly #deployment: Deployment;
  readonly #guard: Guard;

  constructor(authorizer: Authorizer, deployment: Deployment) {
    this.#authorizer = authorizer;
    this.#deployment = deployment;
    this.#guard = new Guard(authorizer.terms, (accessKeyId, call) =>
      authorizer.permits(authorizer.callerOf(accessKeyId), call),
    );
  }

  /** The answer to a request that is refused, or to a question. Undefined if the service may answer. */
  async answer(request: ServiceRequest): Promise<ServiceResponse | undefined> {
    if (request.path === decisionsPath) return this.#decision(request.body);
    if (isForSts(request)) return undefined;
    const { calls, denial } = this.#callsOf(request);
    const accessKeyId = accessKeyIdOf(request.headers, request.path) ?? localCredentials.accessKeyId;
    const permitted = this.#guard.permits(accessKeyId, calls);
    if (permitted === true || (await permitted)) return undefined;
    return denial(this.#authorizer.callerOf(accessKeyId).arn, calls[0].action);
  }

  async #decision(body: string): Promise<ServiceResponse> {
    const { accessKeyId, call } = JSON.parse(body) as Question;
    const permitted = await this.#authorizer.permits(this.#authorizer.callerOf(accessKeyId), call);
    return { status: 200, body: JSON.stringify(permitted) };
  }

  /** All of them must be permitted. */
  #callsOf(request: ServiceRequest): { calls: [Call, ...Call[]]; denial: (caller: string, action: string) => Denial } {
    const target = request.headers['x-amz-target'];
    if (typeof target === 'string') return { calls: this.#jsonCalls(target, request.body), denial: denials.json };
    const isForm = String(request.headers['content-type']).includes('x-www-form-urlencoded');
    if (isForm) return { calls: [this.#stackCall(new URLSearchParams(request.body))], denial: denials.query };
    return { calls: [this.#lambdaCall(request)], denial: denials.lambda };
  }

  #jsonCalls(target: string, body: string): [Call, ...Call[]] {
    const { region } = this.#deployment.place;
    return target.startsWith(ssmTarget) ? ssmCalls(target, body, region) : [this.#jsonCall(target, body)];
  }

  #jsonCall(target: string, body: string): Call {
    const [service = '', action = ''] = target.split('.');
    if (service === 'secretsmanager') {
      const { SecretId = '' } = (jsonOf(body) ?? {}) as { SecretId?: string };
      const secret = this.#deployment
        .resources('AWS::SecretsManager::Secret')
        .find(({ name, arn }) => [name, arn, arn.slice(0, -7)].includes(SecretId));
      return { action: `secretsmanager:${action}`, resource: secret?.arn ?? (SecretId || '*') };
    }
    if (service.startsWith('Logs')) return { action: `logs:${action}`, resource: this.#logStreamArn(body) };
    return { action: `cloudwatch:${action}`, resource: this.#alarmResource(action, body) };
  }

  /** A stream of a group, or `*` for a request on all groups. A request on a whole group names an empty stream. */
  #logStreamArn(body: string): string {
    const input = (jsonOf(body) ?? {}) as Record<'logGroupName' | 'logGroupIdentifier' | 'logStreamName', unknown>;
    const group = input.logGroupName ?? String(input.logGroupIdentifier ?? '').replace(/^arn:.*:log-group:/, '');
    if (group === '') return '*';
    const { region, accountId } = this.#deployment.place;
    return `arn:aws:logs:${region}:${accountId}:log-group:${group}:log-stream:${input.logStreamName ?? ''}`;
  }

  /** The alarm whose state is set, all alarms for what is read of them, or `*` for metrics. */
  #alarmResource(action: string, body: string): string {
    if (action === 'DescribeAlarms' || action === 'DescribeAlarmHistory') return this.#anyAlarm();
    if (action !== 'SetAlarmState') return '*';
    const { AlarmName: name = '-' } = (jsonOf(body) ?? {}) as { AlarmName?: string };
    return this.#anyAlarm().replace(/-$/, name);
  }

  // The simulator takes an asterisk in a request for any resource. So all resources are one that nobody names.
  #anyAlarm(): string {
    const { region, accountId } = this.#deployment.place;
    return `arn:aws:cloudwatch:${region}:${accountId}:alarm:-`;
  }

  #stackCall(form: URLSearchParams): Call {
    const [action, wanted] = [`cloudformation:${form.get('Action')}`, form.get('StackName')];
    const { stackNames, place } = this.#deployment;
    const id = stackNames.map((name) => stackId(name, place)).find((one) => one === wanted);
    return { action, resource: id ?? stackId(wanted?.replaceAll('*', '-') ?? '-', place) };
  }

  #lambdaCall({ method, path, query }: ServiceRequest): Call {
    const { region } = this.#deployment.place;
    const [, , kind = '', name = '', verb = ''] = path.split('/');
    const arnOf = (type: string) => `arn:aws:lambda:${region}:${localAccountId}:${type}:${name}`;
    if (kind === 'account-settings') return { action: 'lambda:GetAccountSettings', resource: '*' };
    if (kind === 'event-source-mappings') {
      if (name === '') return { action: 'lambda:ListEventSourceMappings', resource: '*' };
      const action = method === 'PUT' ? 'UpdateEventSourceMapping' : 'GetEventSourceMapping';
      return { action: `lambda:${action}`, resource: arnOf('event-source-mapping') };
    }
    if (name === '') return { action: 'lambda:ListFunctions', resource: '*' };
    const resource = this.#functionArn(name, query.get('Qualifier')) ?? arnOf('function');
    if (verb === 'invocations') return { action: 'lambda:InvokeFunction', resource };
    return { action: `lambda:GetFunction${verb.charAt(0).toUpperCase()}${verb.slice(1)}`, resource };
  }

  /** With the qualifier that the request names. Undefined for a name that Lambda refuses to everybody. */
  #functionArn(name: string, parameter: string | null): string | undefined {
    const sought = parsed(() => qualifiedName(name, parameter));
    const arn = sought && this.#deployment.find('AWS::Lambda::Function', sought.function)?.arn;
    return arn && [arn, sought?.qualifier].filter((part) => part !== undefined).join(':');
  }
}

const ssmTarget = 'AmazonSSM.';

/** The start of an automation needs two permissions: on the document, and on the execution, which has no ID yet. */
function ssmCalls(target: string, body: string, region: string): [Call, ...Call[]] {
  const operation = target.slice(ssmTarget.length);
  const action = `ssm:${operation}`;
  const input = (jsonOf(body) ?? {}) as Record<'Name' | 'DocumentName' | 'AutomationExecutionId', unknown>;
  const arn = (type: string, name: unknown) => `arn:aws:ssm:${region}:${localAccountId}:${type}/${String(name)}`;
  const name = String(input.DocumentName ?? input.Name).replace(/^arn:.*:document\//, '');
  if (operation === 'StartAutomationExecution') {
    return [
      { action, resource: arn('document', name) },
      { action, resource: arn('automation-execution', 'new') },
    ];
  }
  if (operation === 'GetAutomationExecution') {
    return [{ action, resource: arn('automation-execution', input.AutomationExecutionId) }];
  }
  return [{ action, resource: arn('document', name) }];
}

function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

import type { Deployment } from '../assembly/deployment.ts';
import type { ExecutionEnvironment } from './execution-environment.ts';
import { type FunctionState, type InvocationResult, LambdaFunction, type Recycling } from './function.ts';
import { configureFunction, type FunctionConfiguration } from './function-configuration.ts';

export interface KilledEnvironment {
  readonly function: string;
  readonly id: string;
  readonly pid: number | undefined;
  /** Whether it was in the middle of an invocation. */
  readonly busy: boolean;
}

export interface FunctionsSettings {
  /** `host:port` of the service with the Runtime API. */
  readonly runtimeApi: string;
  readonly compileCacheDirectory: string;
  /** The lead of the functions' `Date` over the wall clock. Undefined: `Date` is not shifted. */
  clockOffsetMilliseconds(): number | undefined;
  readonly recycling: Recycling;
  /** Whether to freeze an idle environment until its next invocation. */
  freezes?: (() => boolean) | undefined;
  readonly environmentOverrides: Readonly<Record<string, string>>;
  variables(configuration: FunctionConfiguration): Record<string, string>;
  onOutput(functionName: string, environmentId: string, chunk: string): void;
  onInvoked(functionName: string, result: InvocationResult, running: number): void;
}

/** All functions of a deployment. */
export class Functions {
  readonly all: readonly LambdaFunction[];

  private constructor(all: readonly LambdaFunction[]) {
    this.all = all;
  }

  static async of(deployment: Deployment, settings: FunctionsSettings): Promise<Functions> {
    const all: LambdaFunction[] = [];
    for (const resource of deployment.resources('AWS::Lambda::Function')) {
      const configuration = await configureFunction(resource, deployment, settings.environmentOverrides);
      const { name } = configuration;
      all.push(
        new LambdaFunction(
          configuration,
          {
            runtimeApi: settings.runtimeApi,
            compileCacheDirectory: settings.compileCacheDirectory,
            clockOffsetMilliseconds: settings.clockOffsetMilliseconds,
            variables: settings.variables(configuration),
            freezes: settings.freezes,
          },
          settings.recycling,
          {
            output: (chunk, environmentId) => settings.onOutput(name, environmentId, chunk),
            invoked: (result, running) => settings.onInvoked(name, result, running),
          },
        ),
      );
    }
    return new Functions(all);
  }

  /** The function with this logical ID, name or ARN. */
  find(idNameOrArn: string): LambdaFunction | undefined {
    return this.all.find(({ configuration: { resource, name, arn } }) =>
      [resource.logicalId, name, arn].includes(idNameOrArn),
    );
  }

  environment(id: string): ExecutionEnvironment | undefined {
    return this.#environments().find(({ environment }) => environment.id === id)?.environment;
  }

  states(): FunctionState[] {
    return this.all.map((each) => each.state());
  }

  /** Reports a leap of `Date` to all environments. */
  shiftClock(offsetMilliseconds: number): void {
    for (const { environment } of this.#environments()) environment.shiftClock(offsetMilliseconds);
  }

  recycle(): void {
    for (const each of this.all) each.recycle();
  }

  /** Kills one environment. It prefers a busy one. */
  killOne(random: () => number): KilledEnvironment | undefined {
    const environments = this.#environments();
    const busy = environments.filter(({ environment }) => environment.busy);
    const candidates = busy.length > 0 ? busy : environments;
    const chosen = candidates[Math.floor(random() * candidates.length)];
    if (!chosen) return undefined;
    const { id, pid, busy: wasBusy } = chosen.environment;
    kill(chosen.environment);
    return { function: chosen.function, id, pid, busy: wasBusy };
  }

  /** Kills all environments. Returns their number. */
  killAll(): number {
    const environments = this.#environments();
    for (const { environment } of environments) kill(environment);
    return environments.length;
  }

  /** Resolves when no invocation is running. */
  async idle(): Promise<void> {
    await Promise.all(this.all.map((each) => each.idle()));
  }

  /** Kills all environments, and resolves when their processes have ended. */
  async stop(): Promise<void> {
    const gone = this.#environments().map(({ environment }) => environment.exited);
    this.killAll();
    await Promise.all(gone);
  }

  #environments() {
    return this.all.flatMap((each) =>
      each.environments().map((environment) => ({ function: each.configuration.name, environment })),
    );
  }
}

function kill(environment: ExecutionEnvironment): void {
  environment.kill('Runtime.ExitError', 'Runtime exited with error: signal: killed');
}
